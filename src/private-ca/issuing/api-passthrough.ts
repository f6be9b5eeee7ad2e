import { DecodeError } from '../../asn1/decode-error.ts';
import { isDer } from '../../asn1/is-der.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { certificatePoliciesExtension } from '../../x509/certificate-policies.ts';
import { extendedKeyUsageExtension } from '../../x509/extended-key-usage.ts';
import type { Extension } from '../../x509/extensions.ts';
import { derGeneralNames } from '../../x509/general-names.ts';
import { keyUsageExtension } from '../../x509/key-usage.ts';
import { type ApiPassthrough, EXTENDED_KEY_USAGE_TYPES } from '../model/api-passthrough-schema.ts';
import { derAsn1Subject } from '../model/asn1-subject.ts';
import { readGeneralNameOptions } from '../model/general-name-options.ts';
import { readKeyUsageFlags } from '../model/key-usage-flags.ts';
import { requireOid, withInvalidArgs } from '../model/with-invalid-args.ts';
import { MAX_CERTIFICATE_OCTETS } from './certificate-rules.ts';

/** What ApiPassthrough asks for, encoded. */
export interface PassedByApi {
  /** Name, DER. */
  readonly subject: Uint8Array | undefined;
  /** No extension appears twice. */
  readonly extensions: readonly Extension[];
}

type Extensions = NonNullable<ApiPassthrough['Extensions']>;
type Member<Name extends keyof Extensions> = NonNullable<Extensions[Name]>;

/** @throws AwsError InvalidArgsException for what the model allows but no certificate can hold */
export function readApiPassthrough(passthrough: ApiPassthrough | undefined): PassedByApi {
  const { Extensions = {}, Subject } = passthrough ?? {};
  requireFittingSize(Extensions.CustomExtensions ?? []);
  const extensions = [
    ...given(Extensions.KeyUsage, readKeyUsage),
    ...given(Extensions.ExtendedKeyUsage, (usages) =>
      extendedKeyUsageExtension(usages.map(readPurpose)),
    ),
    ...given(Extensions.CertificatePolicies, readPolicies),
    ...given(Extensions.SubjectAlternativeNames, readAlternativeNames),
    ...(Extensions.CustomExtensions ?? []).map(readCustomExtension),
  ];
  if (new Set(extensions.map(({ oid }) => oid)).size < extensions.length) {
    throw invalid('ApiPassthrough has an extension twice');
  }
  return { subject: Subject && readSubject(Subject), extensions };
}

function given<T>(member: T | undefined, read: (member: T) => Extension): Extension[] {
  return member === undefined ? [] : [read(member)];
}

function readSubject(subject: NonNullable<ApiPassthrough['Subject']>): Uint8Array {
  if (Object.values(subject).some((value) => value)) return derAsn1Subject(subject);
  throw invalid('The Subject of ApiPassthrough must have at least one field');
}

function readKeyUsage(flags: Member<'KeyUsage'>): Extension {
  const usages = readKeyUsageFlags(flags);
  if (usages.length > 0) return keyUsageExtension(usages);
  throw invalid('The KeyUsage of ApiPassthrough must have at least one usage');
}

function readPurpose(usage: Member<'ExtendedKeyUsage'>[number]): string {
  const { ExtendedKeyUsageType: type, ExtendedKeyUsageObjectIdentifier: oid } = usage;
  if (type !== undefined && oid === undefined) return EXTENDED_KEY_USAGE_TYPES[type];
  if (oid !== undefined && type === undefined) return requireOid(oid);
  throw invalid('An ExtendedKeyUsage must have either a type or an object identifier');
}

function readPolicies(policies: Member<'CertificatePolicies'>): Extension {
  return withInvalidArgs(() =>
    certificatePoliciesExtension(
      policies.map(({ CertPolicyId, PolicyQualifiers = [] }) => ({
        oid: requireOid(CertPolicyId),
        cpsUris: PolicyQualifiers.map(({ Qualifier }) => Qualifier.CpsUri),
      })),
    ),
  );
}

function readAlternativeNames(names: Member<'SubjectAlternativeNames'>): Extension {
  const value = withInvalidArgs(() => derGeneralNames(names.map(readGeneralNameOptions)));
  return { oid: OID.subjectAltName, critical: false, value };
}

function readCustomExtension(extension: Member<'CustomExtensions'>[number]): Extension {
  const { ObjectIdentifier, Value, Critical = false } = extension;
  const value = Buffer.from(Value, 'base64');
  if (isOneDerElement(value))
    return { oid: requireOid(ObjectIdentifier), critical: Critical, value };
  throw invalid(`The value of the custom extension ${ObjectIdentifier} is not DER`);
}

/** Checked before the extensions are parsed: each may have thousands of elements. */
function requireFittingSize(extensions: Member<'CustomExtensions'>): void {
  const octets = extensions.reduce((sum, { Value }) => sum + Buffer.byteLength(Value, 'base64'), 0);
  if (octets <= MAX_CERTIFICATE_OCTETS) return;
  throw invalid(
    `CustomExtensions are of more than ${MAX_CERTIFICATE_OCTETS} octets, more than a certificate can be`,
  );
}

function isOneDerElement(value: Uint8Array): boolean {
  try {
    return isDer(value);
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidArgsException', message);
}
