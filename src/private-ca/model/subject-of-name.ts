import { AwsError } from '../../aws-wire/aws-error.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import { type Asn1Subject, asn1SubjectSchema, derAsn1Subject, memberOf } from './asn1-subject.ts';

/**
 * A Name as the API shows it: as the members of ASN1Subject if they encode to the same attributes
 * in the same order, otherwise as custom attributes.
 * @throws AwsError InvalidArgsException for a name that the API cannot express; DecodeError for a
 *   malformed one
 */
export function subjectOfName(name: Uint8Array): Asn1Subject {
  const attributes = parseName(name).flat();
  const members = attributes.flatMap(({ oid, value }) => {
    const member = memberOf(oid);
    return member === undefined ? [] : [[member, value] as const];
  });
  const standard = asn1SubjectSchema.safeParse(Object.fromEntries(members));
  const isNamed = attributes.length > 0;
  if (isNamed && standard.success && sameAttributes(derAsn1Subject(standard.data), name))
    return standard.data;
  const CustomAttributes = attributes.map(({ oid, value }) => {
    return { ObjectIdentifier: oid, Value: value };
  });
  const custom = asn1SubjectSchema.safeParse({ CustomAttributes });
  if (custom.success) return custom.data;
  const message = 'The name of the authority is empty, or has a value of more than 256 characters';
  throw new AwsError('InvalidArgsException', message);
}

function sameAttributes(one: Uint8Array, other: Uint8Array): boolean {
  const text = (name: Uint8Array) =>
    JSON.stringify(parseName(name).map((rdn) => rdn.map(({ oid, value }) => [oid, value])));
  return text(one) === text(other);
}
