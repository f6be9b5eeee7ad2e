import { DecodeError } from '../asn1/decode-error.ts';
import { parseSignedData } from '../cms/parse-signed-data.ts';
import { type Certificate, parseCertificate } from '../x509/parse-certificate.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import {
  type ExpectedSignature,
  requireServerSignature,
  UntrustedReplyError,
} from './require-server-signature.ts';

/**
 * Reads the body of a GetNextCACert reply (RFC 8894 section 4.7.1): the certificates that GetCACert
 * will serve after the rollover, in the order sent, one or more. They may not be valid yet. Ignores
 * the certificates in the outer SignedData, because they are not signed.
 * @throws DecodeError when it is malformed; UntrustedReplyError when none of `expected.signers`
 *   signed it
 */
export function readNextCaCertificates(
  body: Uint8Array,
  contentType: string,
  expected: ExpectedSignature,
): readonly Certificate[] {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/x-x509-next-ca-cert') {
    throw new DecodeError('the content type is not x-x509-next-ca-cert');
  }
  const signedData = parseSignedData(body);
  const [signer] = signedData.signers;
  if (signer === undefined || signedData.content === undefined) {
    throw new UntrustedReplyError('the next CA certificates are not signed');
  }
  try {
    requireServerSignature({ signedData, signer }, expected);
  } catch (error) {
    if (error instanceof UnsupportedAlgorithmError) throw new UntrustedReplyError(error.message);
    throw error;
  }
  const { certificates } = parseSignedData(signedData.content);
  if (certificates.length === 0) throw new DecodeError('there is no next CA certificate in it');
  return certificates.map(parseCertificate);
}
