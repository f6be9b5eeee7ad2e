import { readBer } from '../asn1/read-ber.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import type { ContentCipher } from './content-ciphers.ts';
import { decryptContent } from './content-ciphers.ts';
import type { EnvelopedData, KeyTransportRecipient } from './parse-enveloped-data.ts';
import type { KeyTransport } from './rsa-key-transport.ts';

/**
 * The content of an envelope that was encrypted to `recipient`, or undefined when it cannot be opened: wrong padding anywhere,
 * a malformed initialisation vector, a ciphertext of the wrong length. The caller must not let the
 * outside tell that from content that opens but does not parse (protocol S2).
 * @throws UnsupportedAlgorithmError for key transport outside our table.
 */
export function openEnvelopedData(
  { contentEncryption, encryptedContent }: EnvelopedData,
  recipient: KeyTransportRecipient,
  cipher: ContentCipher,
  keyTransport: KeyTransport,
): Uint8Array | undefined {
  const key = keyTransport(recipient.keyEncryption, recipient.encryptedKey, cipher.keyLength);
  const iv = initialisationVector(contentEncryption);
  if (iv?.length !== cipher.blockLength) return undefined;
  return decryptContent(cipher, key, iv, encryptedContent);
}

function initialisationVector({ parameters }: AlgorithmIdentifier): Uint8Array | undefined {
  return parameters === undefined ? undefined : readBer(parameters).content;
}
