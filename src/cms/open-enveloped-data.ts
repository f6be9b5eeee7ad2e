import { type ContentCipher, decryptContent, initialisationVector } from './content-ciphers.ts';
import type { KeyTransport } from './key-transport.ts';
import type { EnvelopedData, KeyTransportRecipient } from './parse-enveloped-data.ts';

/**
 * The content of an envelope that was encrypted to `recipient`. Undefined when it cannot be opened:
 * wrong padding anywhere, a malformed initialisation vector, or a ciphertext of the wrong length.
 * The caller must answer that exactly like content that opens but does not parse: a difference
 * would be a decryption oracle.
 * @throws UnsupportedAlgorithmError for an unsupported key transport
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

/** Opens the content with a known content-encryption key. */
export function openContent(
  { contentEncryption, encryptedContent }: EnvelopedData,
  cipher: ContentCipher,
  contentKey: Uint8Array,
): Uint8Array | undefined {
  const iv = initialisationVector(contentEncryption, cipher);
  return iv && decryptContent(cipher, contentKey, iv, encryptedContent);
}
