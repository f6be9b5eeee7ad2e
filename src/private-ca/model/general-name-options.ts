import { z } from 'zod';
import { derUtf8String } from '../../asn1/write-der.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { derEdiPartyName, type GeneralName } from '../../x509/general-names.ts';
import { customObjectIdentifierSchema } from './api-schemas.ts';
import { type Asn1Subject, asn1SubjectSchema, derAsn1Subject } from './asn1-subject.ts';
import { requireOid, withInvalidArgs } from './with-invalid-args.ts';

const string256 = z.string().max(256);
const string253 = z.string().max(253);

/** GeneralName of the API model; exactly one of its options must be present. */
export const generalNameOptionsSchema = z
  .object({
    OtherName: z.object({ TypeId: customObjectIdentifierSchema, Value: string256 }).optional(),
    Rfc822Name: string256.optional(),
    DnsName: string253.optional(),
    DirectoryName: asn1SubjectSchema.optional(),
    EdiPartyName: z.object({ PartyName: string256, NameAssigner: string256.optional() }).optional(),
    UniformResourceIdentifier: string253.optional(),
    IpAddress: z.string().max(39).optional(),
    RegisteredId: customObjectIdentifierSchema.optional(),
  })
  .readonly();

export type GeneralNameOptions = z.infer<typeof generalNameOptionsSchema>;

/**
 * @throws AwsError InvalidArgsException unless exactly one option is present and a certificate can
 *   hold it
 */
export function readGeneralNameOptions(options: GeneralNameOptions): GeneralName {
  const { OtherName, DirectoryName, EdiPartyName, RegisteredId } = options;
  const names: readonly GeneralName[] = [
    // The API has the value as text without a type; otherNames that hold text use UTF8String.
    ...given(OtherName, ({ TypeId, Value }) => {
      return { kind: 'otherName', typeId: requireOid(TypeId), value: derUtf8String(Value) };
    }),
    ...given(options.Rfc822Name, (value) => ({ kind: 'rfc822Name', value })),
    ...given(options.DnsName, (value) => ({ kind: 'dNSName', value })),
    ...given(DirectoryName, (name) => ({ kind: 'directoryName', value: derSomeName(name) })),
    ...given(EdiPartyName, ({ PartyName, NameAssigner }) => {
      const value = withInvalidArgs(() => derEdiPartyName(PartyName, NameAssigner));
      return { kind: 'ediPartyName', value };
    }),
    ...given(options.UniformResourceIdentifier, (value) => {
      return { kind: 'uniformResourceIdentifier', value };
    }),
    ...given(options.IpAddress, (value) => ({ kind: 'iPAddress', value })),
    ...given(RegisteredId, (oid) => ({ kind: 'registeredID', value: requireOid(oid) })),
  ];
  const [name, ...others] = names;
  if (name !== undefined && others.length === 0) return name;
  throw new AwsError('InvalidArgsException', 'A GeneralName must have exactly one of its options');
}

/** RFC 5280 section 4.2.1.6 forbids an empty GeneralName. */
function derSomeName(name: Asn1Subject): Uint8Array {
  if (Object.values(name).some((value) => value)) return derAsn1Subject(name);
  throw new AwsError('InvalidArgsException', 'A DirectoryName must have at least one field');
}

function given<T>(option: T | undefined, read: (option: T) => GeneralName): GeneralName[] {
  return option === undefined ? [] : [read(option)];
}
