import { OID } from '../asn1/object-identifiers.ts';
import { derTime } from '../asn1/write-der.ts';
import {
  buildDegenerateSignedData,
  buildSignedData,
  derAttribute,
  type SignedDataSigner,
} from '../cms/build-signed-data.ts';

export const NEXT_CA_CERT_CONTENT_TYPE = 'application/x-x509-next-ca-cert';

/**
 * The body of GetNextCACert (RFC 8894 section 4.7.1): the future reply to GetCACert, as a
 * degenerate SignedData in a SignedData that the current RA signs. A client that trusts the current
 * RA needs no new fingerprint.
 * @param certificates DER, first the next RA's, then those of CAs as in GetCACert
 */
export function buildNextCaCertReply(
  certificates: readonly Uint8Array[],
  currentRa: Omit<SignedDataSigner, 'digest'>,
  now: Date,
): Uint8Array {
  const { certificate, privateKey } = currentRa;
  return buildSignedData(
    buildDegenerateSignedData(certificates),
    { certificate, privateKey, digest: 'sha256' },
    [derAttribute(OID.signingTime, derTime(now))],
  );
}
