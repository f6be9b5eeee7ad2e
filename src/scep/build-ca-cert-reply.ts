import { buildDegenerateSignedData } from '../cms/build-signed-data.ts';

export const CA_RA_CERT_CONTENT_TYPE = 'application/x-x509-ca-ra-cert';

/**
 * The body of GetCACert (RFC 8894 section 4.2.1.2): a degenerate SignedData with the RA certificate
 * first, then those from `chooseCaCertificates`. All known clients find their certificates in this
 * order (docs/client-quirks.md, ra-first-root-included).
 */
export function buildCaCertReply(
  raCertificate: Uint8Array,
  caCertificates: readonly Uint8Array[],
): Uint8Array {
  return buildDegenerateSignedData([raCertificate, ...caCertificates]);
}
