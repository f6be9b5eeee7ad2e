import { OID } from '../asn1/object-identifiers.ts';
import type { NameConstraints } from '../x509/name-constraints.ts';
import { parseNameConstraints } from '../x509/name-constraints.ts';
import type { Certificate } from '../x509/parse-certificate.ts';

/** The name constraints of an authority's certificate; none or one. @throws DecodeError when they are malformed */
export function nameConstraintsOf({ extensions }: Certificate): readonly NameConstraints[] {
  const extension = extensions.find(({ oid }) => oid === OID.nameConstraints);
  return extension ? [parseNameConstraints(extension.value)] : [];
}
