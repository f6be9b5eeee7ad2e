import { equalBytes } from '../asn1/equal-bytes.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';

/** Which certificates of CAs clients are given. */
export type CaCertificatesChoice = 'full' | 'no-root' | 'ra-and-ca';

/**
 * The certificates of CAs that go with the RA's, DER, the issuing CA first. `no-root` leaves out a root above the issuing CA; an
 * issuing CA that is a root itself always stays, as clients look for the RA's issuer.
 * @param chainToRoot from the CA above the issuing one up to the root
 */
export function chooseCaCertificates(
  choice: CaCertificatesChoice,
  issuingCa: Uint8Array,
  chainToRoot: readonly Uint8Array[],
): readonly Uint8Array[] {
  switch (choice) {
    case 'full':
      return [issuingCa, ...chainToRoot];
    case 'no-root':
      return [issuingCa, ...chainToRoot.filter((certificate) => !isSelfIssued(certificate))];
    case 'ra-and-ca':
      return [issuingCa];
  }
}

function isSelfIssued(certificate: Uint8Array): boolean {
  const { issuer, subject } = parseCertificate(certificate);
  return equalBytes(issuer, subject);
}
