import { DecodeError } from '../../asn1/decode-error.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { decodePem } from '../../asn1/pem.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import {
  type CertificationRequest,
  parseCertificationRequest,
} from '../../x509/parse-certification-request.ts';
import { importPublicKey, weaknessOf } from '../../x509/public-key.ts';
import { signatureDigest } from '../../x509/signature-algorithms.ts';
import { UnsupportedAlgorithmError } from '../../x509/unsupported-algorithm-error.ts';
import { verifySignature } from '../../x509/verify-signature.ts';

/** What a CSR may be signed with, and for which keys. */
interface CsrPolicy {
  readonly allowMd5: boolean;
  readonly minimumRsaBits: number;
}

/** For callers of the API: as at AWS. */
const API_CSR_POLICY: CsrPolicy = { allowMd5: false, minimumRsaBits: 2048 };

/** For enrolment, which has judged the CSR by the tag `scep:legacy` of its connector. */
export const ENROLMENT_CSR_POLICY: CsrPolicy = { allowMd5: true, minimumRsaBits: 1024 };

/**
 * Reads the Csr blob of IssueCertificate, PEM, and checks it as `readCsrDer`.
 * @throws AwsError MalformedCSRException
 */
export function readCsr(blob: Uint8Array): CertificationRequest {
  return readCsrDer(pemBody(blob), API_CSR_POLICY);
}

/**
 * Reads a CSR and checks it as AWS does: the signature verifies, the digest and the key are strong
 * enough, and there is a subject or a subjectAltName.
 * @throws AwsError MalformedCSRException
 */
export function readCsrDer(der: Uint8Array, policy: CsrPolicy): CertificationRequest {
  try {
    const csr = parseCertificationRequest(der);
    const digest = signatureDigest(csr.signatureAlgorithm);
    if (digest === 'md5' && !policy.allowMd5) throw malformed('it is signed with MD5');
    const weakness = weaknessOf(csr.subjectPublicKeyInfo, policy.minimumRsaBits);
    if (weakness !== undefined) throw malformed(weakness);
    if (!hasValidSignature(csr)) throw malformed('the signature does not verify');
    if (csr.extensionFault !== undefined) throw malformed(csr.extensionFault);
    requireName(csr);
    return csr;
  } catch (error) {
    if (error instanceof DecodeError) throw malformed(error.message, { cause: error });
    if (error instanceof UnsupportedAlgorithmError) throw malformed(error.message);
    throw error;
  }
}

function pemBody(blob: Uint8Array): Uint8Array {
  const text = Buffer.from(blob).toString('latin1');
  const [der, ...others] = [
    ...decodePem('CERTIFICATE REQUEST', text),
    ...decodePem('NEW CERTIFICATE REQUEST', text),
  ];
  if (der === undefined || others.length > 0) throw malformed('it is not one request in PEM');
  return der;
}

function hasValidSignature(csr: CertificationRequest): boolean {
  const publicKey = importPublicKey(csr.subjectPublicKeyInfo);
  return verifySignature(csr.signatureAlgorithm, publicKey, csr.signedBytes, csr.signature);
}

/** @throws AwsError MalformedCSRException for a CSR without a subject and a subjectAltName */
export function requireName(csr: CertificationRequest): void {
  const hasAltName = csr.extensions.some(({ oid }) => oid === OID.subjectAltName);
  if (hasAltName || parseName(csr.subject).length > 0) return;
  throw malformed('it has neither a subject nor a subjectAltName');
}

function malformed(reason: string, options?: ErrorOptions): AwsError {
  const message = `The certificate signing request is refused: ${reason}`;
  return new AwsError('MalformedCSRException', message, {}, options);
}
