import { OID } from '../asn1/object-identifiers.ts';
import { checkNameConstraints } from '../x509/check-name-constraints.ts';
import { extensionValue } from '../x509/extension-value.ts';
import type { GeneralName } from '../x509/general-names.ts';
import { parseGeneralNames } from '../x509/general-names.ts';
import type { NameConstraints } from '../x509/name-constraints.ts';
import type { Certificate } from '../x509/parse-certificate.ts';

/**
 * The kind of a name in a certificate that constraints above it do not permit; undefined when there is none.
 * @throws DecodeError for a malformed subject or subjectAltName
 */
export function findForbiddenName(
  certificate: Pick<Certificate, 'subject' | 'extensions'>,
  nameConstraints: readonly NameConstraints[],
  options?: Parameters<typeof checkNameConstraints>[3],
): GeneralName['kind'] | undefined {
  const { subject } = certificate;
  const extension = extensionValue(certificate, OID.subjectAltName);
  const alternativeNames = extension ? parseGeneralNames(extension) : [];
  for (const constraints of nameConstraints) {
    const kind = checkNameConstraints(constraints, subject, alternativeNames, options);
    if (kind !== undefined) return kind;
  }
  return undefined;
}
