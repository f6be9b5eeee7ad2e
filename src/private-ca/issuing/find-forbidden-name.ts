import { OID } from '../../asn1/object-identifiers.ts';
import { checkNameConstraints } from '../../x509/check-name-constraints.ts';
import { extensionValue } from '../../x509/extensions.ts';
import { type GeneralName, parseGeneralNames } from '../../x509/general-names.ts';
import { type NameConstraints, parseNameConstraints } from '../../x509/name-constraints.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';

/** The kinds of names whose constraints issuing does not enforce, as at AWS. */
const UNENFORCEABLE: ReadonlySet<string> = new Set([
  'otherName',
  'x400Address',
  'ediPartyName',
  'registeredID',
]);

/**
 * Whether nameConstraints (RFC 5280 section 4.2.1.10) permit or exclude names that issuing cannot
 * match.
 * @throws DecodeError when the value is malformed
 */
export function constrainsUnenforceableNames(value: Uint8Array): boolean {
  const { permitted, excluded } = parseNameConstraints(value);
  return [...permitted, ...excluded].some(({ kind }) => UNENFORCEABLE.has(kind));
}

/**
 * The kind of the first name in a certificate that the constraints above it do not permit.
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

/**
 * The name constraints of an authority's certificate; none or one.
 * @throws DecodeError when they are malformed
 */
export function nameConstraintsOf(certificate: Certificate): readonly NameConstraints[] {
  const extension = extensionValue(certificate, OID.nameConstraints);
  return extension ? [parseNameConstraints(extension)] : [];
}
