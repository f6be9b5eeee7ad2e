import { OID } from '../asn1/object-identifiers.ts';
import { AwsError } from '../aws-wire/aws-error.ts';
import { parseBasicConstraints } from '../x509/basic-constraints.ts';
import { isIssuedBy } from '../x509/is-issued-by.ts';
import { parseKeyUsage } from '../x509/key-usage.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import type { AuthorityRecord } from './authority-record.ts';

/** What AWS takes as a critical extension of an authority's certificate; the OIDs of RFC 5280 section 4.2.1. */
const CRITICAL_ALLOWED: ReadonlySet<string> = new Set([
  OID.authorityKeyIdentifier,
  OID.basicConstraints,
  OID.extKeyUsage,
  OID.keyUsage,
  OID.nameConstraints,
  OID.subjectAltName,
  OID.subjectKeyIdentifier,
  '2.5.29.32', // certificatePolicies
  '2.5.29.54', // inhibitAnyPolicy
  '2.5.29.18', // issuerAltName
  '2.5.29.33', // policyMappings
  '2.5.29.9', // subjectDirectoryAttributes
  '1.3.6.1.5.5.7.1.11', // subjectInfoAccess
]);

/**
 * Whether a certificate may be imported as the one of a root authority.
 * @throws AwsError CertificateMismatchException for another key, MalformedCertificateException for what a certificate of
 * an authority must have or must not, InvalidRequestException when it is not self-signed or has expired;
 * DecodeError when one of its extensions is malformed
 */
export function checkRootCertificate(
  certificate: Certificate,
  authority: AuthorityRecord,
  now: number,
): void {
  const { subjectPublicKeyInfo } = authority;
  if (Buffer.compare(certificate.subjectPublicKeyInfo, subjectPublicKeyInfo) !== 0) {
    const message = 'The certificate is not for the key of the certificate authority';
    throw new AwsError('CertificateMismatchException', message);
  }
  if (!isIssuedBy(certificate, certificate)) throw refused('it is not self-signed');
  if (certificate.notAfter.getTime() < now) throw refused('it has expired');
  checkExtensions(certificate);
}

function checkExtensions({ extensions }: Certificate): void {
  const unknown = extensions.find(({ oid, critical }) => critical && !CRITICAL_ALLOWED.has(oid));
  if (unknown) throw malformed(`the critical extension ${unknown.oid} is not allowed`);
  const constraints = extensions.find(({ oid }) => oid === OID.basicConstraints);
  if (!constraints?.critical || !parseBasicConstraints(constraints.value).ca) {
    throw malformed('it needs a critical basicConstraints with CA:TRUE');
  }
  const usage = extensions.find(({ oid }) => oid === OID.keyUsage);
  if (usage && !parseKeyUsage(usage.value).includes('keyCertSign')) {
    throw malformed('its keyUsage lacks keyCertSign');
  }
}

function refused(reason: string): AwsError {
  return new AwsError('InvalidRequestException', `The certificate is refused: ${reason}`);
}

function malformed(reason: string): AwsError {
  const message = `The certificate is refused: ${reason}`;
  return new AwsError('MalformedCertificateException', message);
}
