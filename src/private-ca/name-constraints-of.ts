import { OID } from '../asn1/object-identifiers.ts';
import { extensionValue } from '../x509/extension-value.ts';
import type { NameConstraints } from '../x509/name-constraints.ts';
import { parseNameConstraints } from '../x509/name-constraints.ts';
import type { Certificate } from '../x509/parse-certificate.ts';

/** The name constraints of an authority's certificate; none or one. @throws DecodeError when they are malformed */
export function nameConstraintsOf(certificate: Certificate): readonly NameConstraints[] {
  const extension = extensionValue(certificate, OID.nameConstraints);
  return extension ? [parseNameConstraints(extension)] : [];
}
