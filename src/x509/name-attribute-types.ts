import { OID } from '../asn1/object-identifiers.ts';

/**
 * The short names of the attributes of a distinguished name: RFC 4514 section 3, RFC 4519, and
 * common usage for the rest.
 */
const SHORT_NAMES = {
  CN: OID.commonName,
  SN: OID.surname,
  serialNumber: OID.serialNumber,
  C: OID.countryName,
  L: OID.localityName,
  ST: OID.stateOrProvinceName,
  STREET: OID.streetAddress,
  O: OID.organizationName,
  OU: OID.organizationalUnitName,
  title: OID.title,
  GN: OID.givenName,
  initials: OID.initials,
  generationQualifier: OID.generationQualifier,
  dnQualifier: OID.dnQualifier,
  pseudonym: OID.pseudonym,
  emailAddress: OID.emailAddress,
  unstructuredName: OID.unstructuredName,
  unstructuredAddress: OID.unstructuredAddress,
  UID: OID.userId,
  DC: OID.domainComponent,
} as const;

const NAMES_BY_OID = new Map<string, string>(
  Object.entries(SHORT_NAMES).map(([name, oid]) => [oid, name]),
);
const OIDS_BY_NAME = new Map<string, string>(
  Object.entries(SHORT_NAMES).map(([name, oid]) => [name.toLowerCase(), oid]),
);

/** For example CN; undefined for a type without one. @param oid dotted */
export function shortNameOf(oid: string): string | undefined {
  return NAMES_BY_OID.get(oid);
}

/** Ignores case (RFC 4512 section 2.5). */
export function oidOfShortName(name: string): string | undefined {
  return OIDS_BY_NAME.get(name.toLowerCase());
}
