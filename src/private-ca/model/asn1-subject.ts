import { z } from 'zod';
import { OID } from '../../asn1/object-identifiers.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { derName } from '../../x509/distinguished-name.ts';
import { customObjectIdentifierSchema } from './api-schemas.ts';
import { requireOid, withInvalidArgs } from './with-invalid-args.ts';

const printable64 = z
  .string()
  .max(64)
  .regex(/^(?:[a-zA-Z0-9'()+-.?:/= ]*)$/);

/** ASN1Subject with the constraints of the API model, in the order in which AWS encodes it. */
export const asn1SubjectSchema = z
  .object({
    Country: z
      .string()
      .min(2)
      .max(2)
      .regex(/^(?:[A-Za-z]{2})$/)
      .optional(),
    Organization: z.string().max(64).optional(),
    OrganizationalUnit: z.string().max(64).optional(),
    DistinguishedNameQualifier: printable64.optional(),
    State: z.string().max(128).optional(),
    CommonName: z.string().max(64).optional(),
    SerialNumber: printable64.optional(),
    Locality: z.string().max(128).optional(),
    Title: z.string().max(64).optional(),
    Surname: z.string().max(40).optional(),
    GivenName: z.string().max(16).optional(),
    Initials: z.string().max(5).optional(),
    Pseudonym: z.string().max(128).optional(),
    GenerationQualifier: z.string().max(3).optional(),
    CustomAttributes: z
      .array(
        z
          .object({
            ObjectIdentifier: customObjectIdentifierSchema,
            Value: z.string().min(1).max(256),
          })
          .readonly(),
      )
      .min(1)
      .max(150)
      .readonly()
      .optional(),
  })
  .readonly();

export type Asn1Subject = z.infer<typeof asn1SubjectSchema>;

/** The attribute type (RFC 5280 appendix A.1) of each member. */
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

/** The member for an attribute type, given as a dotted object identifier. */
export function memberOf(oid: string): Member | undefined {
  const members = Object.keys(ATTRIBUTE_OIDS) as Member[];
  return members.find((member) => ATTRIBUTE_OIDS[member] === oid);
}

/**
 * The DER of the Name, with one attribute in each relative name, either in AWS's order (C, O, OU,
 * dnQualifier, ST, CN, ...) or the custom attributes in theirs. Empty members are left out; a
 * subject without members is an empty Name.
 * @throws AwsError InvalidArgsException for custom attributes beside standard ones, for control
 *   characters, and for a value that its type cannot hold
 */
export function derAsn1Subject(subject: Asn1Subject): Uint8Array {
  const members = Object.keys(ATTRIBUTE_OIDS) as Member[];
  const standard = members.flatMap((member) => {
    const value = subject[member];
    return value ? [{ oid: ATTRIBUTE_OIDS[member], value }] : [];
  });
  const custom = (subject.CustomAttributes ?? []).map(({ ObjectIdentifier, Value }) => {
    return { oid: requireOid(ObjectIdentifier), value: Value };
  });
  if (standard.length > 0 && custom.length > 0) {
    const message = 'CustomAttributes cannot be used in combination with standard attributes';
    throw new AwsError('InvalidArgsException', message);
  }
  // A reader could mistake a name with control characters for another name.
  if ([...standard, ...custom].some(({ value }) => /\p{Cc}/u.test(value))) {
    throw new AwsError('InvalidArgsException', 'A subject cannot hold control characters');
  }
  return withInvalidArgs(() => derName([...standard, ...custom]));
}
