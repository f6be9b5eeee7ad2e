import { type ContentCipher, contentCipher, findCipherByOid } from '../cms/content-ciphers.ts';
import type { EnvelopedData } from '../cms/parse-enveloped-data.ts';
import { type AlgorithmPolicy, acceptsCipher } from './algorithm-policy.ts';

/**
 * The cipher for the reply to a request whose envelope is not opened: the one it names, if the connector accepts that, else
 * AES-128, which RFC 8894 section 2.9 has every client know.
 */
export function replyCipher(
  envelope: EnvelopedData | undefined,
  policy: AlgorithmPolicy,
): ContentCipher {
  const named = envelope && findCipherByOid(envelope.contentEncryption.oid);
  return named && acceptsCipher(policy, named.name) ? named : contentCipher('aes128');
}
