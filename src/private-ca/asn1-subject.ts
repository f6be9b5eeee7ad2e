import { z } from 'zod';
import { OID } from '../asn1/object-identifiers.ts';
import { derName } from '../x509/distinguished-name.ts';
import { notSupported } from './api-schemas.ts';

const PRINTABLE = /^[a-zA-Z0-9'()+\-.?:/= ]*$/;

/** ASN1Subject with the constraints of the API model, in the order in which AWS encodes it. */
export const asn1SubjectSchema = z
  .strictObject({
    Country: z
      .string()
      .regex(/^[A-Za-z]{2}$/)
      .optional(),
    Organization: z.string().max(64).optional(),
    OrganizationalUnit: z.string().max(64).optional(),
    DistinguishedNameQualifier: z.string().max(64).regex(PRINTABLE).optional(),
    State: z.string().max(128).optional(),
    CommonName: z.string().max(64).optional(),
    SerialNumber: z.string().max(64).regex(PRINTABLE).optional(),
    Locality: z.string().max(128).optional(),
    Title: z.string().max(64).optional(),
    Surname: z.string().max(40).optional(),
    GivenName: z.string().max(16).optional(),
    Initials: z.string().max(5).optional(),
    Pseudonym: z.string().max(128).optional(),
    GenerationQualifier: z.string().max(3).optional(),
    CustomAttributes: notSupported(),
  })
  .readonly();

export type Asn1Subject = z.infer<typeof asn1SubjectSchema>;

/** RFC 5280 appendix A.1 types, by member. */
const ATTRIBUTE_OIDS = {
  Country: OID.countryName,
  Organization: OID.organizationName,
  OrganizationalUnit: OID.organizationalUnitName,
  DistinguishedNameQualifier: OID.dnQualifier,
  State: OID.stateOrProvinceName,
  CommonName: OID.commonName,
  SerialNumber: OID.serialNumber,
  Locality: OID.localityName,
  Title: OID.title,
  Surname: OID.surname,
  GivenName: OID.givenName,
  Initials: OID.initials,
  Pseudonym: OID.pseudonym,
  GenerationQualifier: OID.generationQualifier,
} as const;

type Member = keyof typeof ATTRIBUTE_OIDS;

/**
 * The DER of the Name, one attribute in each relative name, in AWS's order: C, O, OU, dnQualifier, ST, CN, ... Empty members
 * are left out; all of them missing gives an empty Name.
 */
export function derAsn1Subject(subject: Asn1Subject): Uint8Array {
  const members = Object.keys(ATTRIBUTE_OIDS) as Member[];
  return derName(
    members.flatMap((member) => {
      const value = subject[member];
      return value ? [{ oid: ATTRIBUTE_OIDS[member], value }] : [];
    }),
  );
}
