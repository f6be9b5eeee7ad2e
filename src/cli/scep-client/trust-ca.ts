import { createHash } from 'node:crypto';
import { isAuthority } from '../../scep/certificate-roles.ts';
import type { CaCertificates } from '../../scep/read-ca-certificates.ts';
import { formatName } from '../../x509/distinguished-name.ts';
import { isIssuedBy } from '../../x509/is-issued-by.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import { ScepClientError } from './scep-client-error.ts';

/** How the client knows that the CA is the right one (RFC 8894 section 2.2). */
export type CaTrust =
  /** SHA-256 of the RA, the issuing CA or a CA above, in lower-case hexadecimal. */
  | { readonly kind: 'fingerprint'; readonly sha256: string }
  /** Certificates that are in the chain or have signed its top. */
  | { readonly kind: 'anchors'; readonly certificates: readonly Certificate[] }
  /** Trust any CA on first use. */
  | { readonly kind: 'first-use' };

/**
 * The certificates of GetCACert once they are trusted. The anchor becomes the top of the chain if
 * the server did not send it.
 * @throws ScepClientError when none of them matches `trust`
 */
export function trustCa(ca: CaCertificates, trust: CaTrust): CaCertificates {
  const candidates = [...new Set([ca.recipient, ...ca.chain])];
  switch (trust.kind) {
    case 'first-use':
      return ca;
    case 'fingerprint':
      if (candidates.some((certificate) => fingerprintOf(certificate) === trust.sha256)) return ca;
      throw new ScepClientError(
        `the CA is not the expected one: no certificate has the fingerprint ${trust.sha256}. The server sent ${describe(candidates)}`,
      );
    case 'anchors':
      return trustAnchored(ca, candidates, trust.certificates);
  }
}

/** SHA-256 of the whole certificate in lower-case hexadecimal (RFC 8894 section 2.2). */
export function fingerprintOf({ der }: Certificate): string {
  return createHash('sha256').update(der).digest('hex');
}

function trustAnchored(
  ca: CaCertificates,
  candidates: readonly Certificate[],
  anchors: readonly Certificate[],
): CaCertificates {
  const fingerprints = new Set(anchors.map(fingerprintOf));
  if (candidates.some((certificate) => fingerprints.has(fingerprintOf(certificate)))) return ca;
  const { chain } = ca;
  const top = chain.at(-1);
  const anchor = anchors.find(
    (candidate) => top && isAuthority(candidate, chain.length) && isIssuedBy(top, candidate),
  );
  if (anchor === undefined) {
    throw new ScepClientError(
      `the CA does not lead to a certificate of the CA file. The server sent ${describe(candidates)}`,
    );
  }
  return { ...ca, chain: [...chain, anchor] };
}

function describe(certificates: readonly Certificate[]): string {
  return certificates
    .map((certificate) => `"${formatName(certificate.subject)}" ${fingerprintOf(certificate)}`)
    .join(', ');
}
