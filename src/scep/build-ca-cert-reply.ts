import { buildDegenerateSignedData } from '../cms/build-signed-data.ts';

export const CA_RA_CERT_CONTENT_TYPE = 'application/x-x509-ca-ra-cert';

/**
 * The body of GetCACert (RFC 8894 section 4.2.1.2): a degenerate SignedData with the RA certificate first, then those that
 * `chooseCaCertificates` gives. In this order, and with the root, every client of protocol.md section 2 finds what it looks
 * for (facts 16, 17).
 */
export function buildCaCertReply(
  raCertificate: Uint8Array,
  caCertificates: readonly Uint8Array[],
): Uint8Array {
  return buildDegenerateSignedData([raCertificate, ...caCertificates]);
}
