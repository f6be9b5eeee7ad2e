import { type ContentCipher, decryptContent, initialisationVector } from './content-ciphers.ts';
import type { KeyTransport } from './key-transport.ts';
import type { EnvelopedData, KeyTransportRecipient } from './parse-enveloped-data.ts';

/**
 * The content of an envelope that was encrypted to `recipient`, or undefined when it cannot be opened: wrong padding anywhere,
 * a malformed initialisation vector, a ciphertext of the wrong length. The caller must not let the
 * outside tell that from content that opens but does not parse (protocol S2).
 * @throws UnsupportedAlgorithmError for key transport outside our table.
 */
export function openEnvelopedData(
  envelope: EnvelopedData,
  recipient: KeyTransportRecipient,
  cipher: ContentCipher,
  keyTransport: KeyTransport,
): Uint8Array | undefined {
  const { keyEncryption, encryptedKey } = recipient;
  return openContent(envelope, cipher, keyTransport(keyEncryption, encryptedKey, cipher.keyLength));
}

/** The same with the content-encryption key at hand. */
export function openContent(
  { contentEncryption, encryptedContent }: EnvelopedData,
  cipher: ContentCipher,
  contentKey: Uint8Array,
): Uint8Array | undefined {
  const iv = initialisationVector(contentEncryption, cipher);
  return iv && decryptContent(cipher, contentKey, iv, encryptedContent);
}
