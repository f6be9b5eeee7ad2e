import { z } from 'zod';
import { readBer } from '../../asn1/read-ber.ts';
import { derOid, derSequence } from '../../asn1/write-der.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import type { Extension } from '../../x509/extensions.ts';
import { derGeneralNames } from '../../x509/general-names.ts';
import { keyUsageExtension } from '../../x509/key-usage.ts';
import { customObjectIdentifierSchema } from './api-schemas.ts';
import { generalNameOptionsSchema, readGeneralNameOptions } from './general-name-options.ts';
import { keyUsageFlagsSchema, readKeyUsageFlags } from './key-usage-flags.ts';
import { requireOid, withInvalidArgs } from './with-invalid-args.ts';

/**
 * AccessMethodType of the API, as object identifiers of RFC 5280 section 4.2.2.2, RFC 6487 and RFC
 * 8182.
 */
const ACCESS_METHOD_TYPES = {
  CA_REPOSITORY: '1.3.6.1.5.5.7.48.5',
  RESOURCE_PKI_MANIFEST: '1.3.6.1.5.5.7.48.10',
  RESOURCE_PKI_NOTIFY: '1.3.6.1.5.5.7.48.13',
} as const;

type AccessMethodType = keyof typeof ACCESS_METHOD_TYPES;

const accessDescriptionSchema = z.object({
  AccessMethod: z.object({
    CustomObjectIdentifier: customObjectIdentifierSchema.optional(),
    AccessMethodType: z.enum(Object.keys(ACCESS_METHOD_TYPES) as [AccessMethodType]).optional(),
  }),
  AccessLocation: generalNameOptionsSchema,
});

/** CsrExtensions of the API model. */
export const csrExtensionsSchema = z.object({
  KeyUsage: keyUsageFlagsSchema.optional(),
  SubjectInformationAccess: z.array(accessDescriptionSchema).optional(),
});

export type CsrExtensions = z.infer<typeof csrExtensionsSchema>;
type AccessDescription = z.infer<typeof accessDescriptionSchema>;

const SUBJECT_INFO_ACCESS = '1.3.6.1.5.5.7.1.11';

/** @throws AwsError InvalidArgsException for what the model allows but no CSR can hold */
export function readCsrExtensions(extensions: CsrExtensions): readonly Extension[] {
  const usages = readKeyUsageFlags(extensions.KeyUsage ?? {});
  const access = extensions.SubjectInformationAccess ?? [];
  return [
    ...(usages.length > 0 ? [keyUsageExtension(usages)] : []),
    ...(access.length > 0 ? [subjectInfoAccessExtension(access)] : []),
  ];
}

/** RFC 5280 section 4.2.2.2. */
function subjectInfoAccessExtension(descriptions: readonly AccessDescription[]): Extension {
  const value = derSequence(
    ...descriptions.map(({ AccessMethod, AccessLocation }) => {
      const location = readGeneralNameOptions(AccessLocation);
      const names = withInvalidArgs(() => derGeneralNames([location]));
      return derSequence(derOid(methodOid(AccessMethod)), readBer(names).content);
    }),
  );
  return { oid: SUBJECT_INFO_ACCESS, critical: false, value };
}

function methodOid(method: AccessDescription['AccessMethod']): string {
  const { CustomObjectIdentifier: custom, AccessMethodType: type } = method;
  if (type !== undefined && custom === undefined) return ACCESS_METHOD_TYPES[type];
  if (custom !== undefined && type === undefined) return requireOid(custom);
  const message = 'An AccessMethod must have either a type or an object identifier';
  throw new AwsError('InvalidArgsException', message);
}
