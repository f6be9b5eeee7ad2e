import { isSelfIssued } from '../x509/is-same-name.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';

/** Which CA certificates clients receive. */
export type CaCertificatesChoice = 'full' | 'no-root' | 'ra-and-ca';

/**
 * The CA certificates that accompany the RA's, DER, the issuing CA first. `no-root` leaves out a
 * root above the issuing CA. An issuing CA that is itself a root always stays, as clients look for
 * the RA's issuer.
 * @param chainToRoot from the CA above the issuing CA up to the root
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
      return [issuingCa, ...chainToRoot.filter((der) => !isSelfIssued(parseCertificate(der)))];
    case 'ra-and-ca':
      return [issuingCa];
  }
}
