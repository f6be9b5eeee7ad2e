import type { CipherName } from '../cms/content-ciphers.ts';
import type { DigestName } from '../x509/signature-algorithms.ts';

/** How a client talks to one server. */
export interface ChosenAlgorithms {
  readonly digest: DigestName;
  readonly cipher: CipherName;
  /** Whether PKIOperation may be sent by POST. */
  readonly post: boolean;
}

/**
 * The algorithms that RFC 8894 section 3.5.2 prefers, SHA-256 and AES-128, if the body of a
 * GetCACaps reply offers them. Accepts any line ends, any case and unknown keywords. Without
 * keywords the result is SHA-1, triple DES and GET. The reply is not signed, so the caller should
 * warn the user about such a weak choice.
 */
export function chooseAlgorithms(capabilities: string): ChosenAlgorithms {
  const keywords = new Set(
    capabilities.split(/[\r\n]+/).map((keyword) => keyword.trim().toLowerCase()),
  );
  const offers = (keyword: string) => keywords.has(keyword) || keywords.has('scepstandard');
  return {
    digest: chooseDigest(offers('sha-256'), keywords.has('sha-512')),
    cipher: offers('aes') ? 'aes128' : '3des',
    post: offers('postpkioperation'),
  };
}

function chooseDigest(sha256: boolean, sha512: boolean): DigestName {
  if (sha256) return 'sha256';
  return sha512 ? 'sha512' : 'sha1';
}
