import { OID } from '../../asn1/object-identifiers.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { parseBasicConstraints } from '../../x509/basic-constraints.ts';
import { extensionValue } from '../../x509/extensions.ts';
import { parseKeyUsage } from '../../x509/key-usage.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import { constrainsUnenforceableNames } from './find-forbidden-name.ts';

/**
 * The extensions that AWS allows to be critical in an authority's certificate; the OIDs are those
 * of RFC 5280 section 4.2.1.
 */
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
 * Checks that a certificate can be an authority's, on its own or in a chain.
 * @throws AwsError MalformedCertificateException for an extension that is missing, wrong or not
 *   allowed; DecodeError for a malformed extension
 */
export function checkAuthorityCertificate(certificate: Certificate): void {
  const { extensions } = certificate;
  const unknown = extensions.find(({ oid, critical }) => critical && !CRITICAL_ALLOWED.has(oid));
  if (unknown) throw malformed(`the critical extension ${unknown.oid} is not allowed`);
  const constraints = extensions.find(({ oid }) => oid === OID.basicConstraints);
  if (!constraints?.critical || !parseBasicConstraints(constraints.value).ca) {
    throw malformed('it needs a critical basicConstraints with CA:TRUE');
  }
  const usage = extensionValue(certificate, OID.keyUsage);
  if (usage && !parseKeyUsage(usage).includes('keyCertSign')) {
    throw malformed('its keyUsage lacks keyCertSign');
  }
  const names = extensionValue(certificate, OID.nameConstraints);
  if (names && constrainsUnenforceableNames(names)) {
    throw malformed('it constrains names of a kind that cannot be enforced');
  }
}

function malformed(reason: string): AwsError {
  const message = `The certificate is refused: ${reason}`;
  return new AwsError('MalformedCertificateException', message);
}
