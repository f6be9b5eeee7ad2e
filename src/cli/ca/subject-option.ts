import { InvalidArgumentError } from 'commander';
import { DecodeError } from '../../asn1/decode-error.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import { shortNameOf } from '../../x509/name-attribute-types.ts';
import { parseDistinguishedNameText } from '../../x509/parse-distinguished-name-text.ts';

/** ASN1Subject of the API. */
export type ApiSubject = Readonly<Record<string, unknown>>;

/** Its members in the order in which AWS encodes them. */
const MEMBERS: readonly (readonly [member: string, oid: string])[] = [
  ['Country', OID.countryName],
  ['Organization', OID.organizationName],
  ['OrganizationalUnit', OID.organizationalUnitName],
  ['DistinguishedNameQualifier', OID.dnQualifier],
  ['State', OID.stateOrProvinceName],
  ['CommonName', OID.commonName],
  ['SerialNumber', OID.serialNumber],
  ['Locality', OID.localityName],
  ['Title', OID.title],
  ['Surname', OID.surname],
  ['GivenName', OID.givenName],
  ['Initials', OID.initials],
  ['Pseudonym', OID.pseudonym],
  ['GenerationQualifier', OID.generationQualifier],
];

/**
 * Parses a name such as "CN=Example Root,O=Example,C=US", for commander. If the API has no member
 * for an attribute, or one is repeated, all are sent as custom attributes, which keep their order.
 */
export function parseSubjectOption(text: string): ApiSubject {
  const attributes = readAttributes(text);
  const members = attributes.flatMap(({ oid, value }) =>
    MEMBERS.filter(([, known]) => known === oid).map(([member]) => [member, value] as const),
  );
  const subject = Object.fromEntries(members);
  if (Object.keys(subject).length === attributes.length) return subject;
  return {
    CustomAttributes: attributes.map(({ oid, value }) => ({ ObjectIdentifier: oid, Value: value })),
  };
}

function readAttributes(text: string) {
  try {
    return parseName(parseDistinguishedNameText(text)).flat();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof DecodeError)) throw error;
    throw new InvalidArgumentError(`${error.message}.`);
  }
}

/** The name in the form of RFC 4514, most specific attribute first. */
export function formatSubject(subject: ApiSubject): string {
  const standard = MEMBERS.map(([member, oid]) => [oid, subject[member]] as const);
  const custom = Array.isArray(subject['CustomAttributes']) ? subject['CustomAttributes'] : [];
  const attributes = [...standard, ...custom.map(readCustomAttribute)];
  return attributes
    .flatMap(([oid, value]) =>
      typeof value === 'string' ? [`${shortNameOf(oid) ?? oid}=${escapeValue(value)}`] : [],
    )
    .reverse()
    .join(',');
}

function readCustomAttribute(attribute: unknown): readonly [oid: string, value: unknown] {
  const { ObjectIdentifier, Value } = Object(attribute) as ApiSubject;
  return [String(ObjectIdentifier), Value];
}

function escapeValue(value: string): string {
  return value.replaceAll(/["+,;<>\\]|^[ #]| $/g, (character) => `\\${character}`);
}
