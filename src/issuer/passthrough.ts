import { OID } from '../asn1/object-identifiers.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { parseExtendedKeyUsage } from '../x509/extended-key-usage.ts';
import { type Extension, extensionValue } from '../x509/extensions.ts';
import { type GeneralName, parseGeneralNames } from '../x509/general-names.ts';
import { parseKeyUsage } from '../x509/key-usage.ts';

/** Where the extensions of a certificate come from, besides those that the CA sets itself. */
export interface Passthrough {
  /** Of the extensions of an ignored CSR only the subjectAltName gets into the certificate. */
  readonly csrExtensions: 'copied' | 'ignored';
  /** DER; each takes the place of the CSR's. */
  readonly extensions: readonly Extension[];
}

/**
 * As in template ARNs: arn:aws:acm-pca:::template/{name}. AWS RAM shares a CA with Connector for
 * SCEP by the permission
 * AWSRAMBlankEndEntityCertificateAPICSRPassthroughIssuanceCertificateAuthority, which allows the
 * first alone.
 */
export const ISSUE_TEMPLATES = {
  copied: 'BlankEndEntityCertificate_APICSRPassthrough/V1',
  ignored: 'BlankEndEntityCertificate_APIPassthrough/V1',
} as const satisfies Record<Passthrough['csrExtensions'], string>;

/** The members of GeneralName of the API that hold the names that enrolment certifies. */
type ApiName =
  | { readonly DnsName: string }
  | { readonly Rfc822Name: string }
  | { readonly UniformResourceIdentifier: string }
  | { readonly IpAddress: string }
  | { readonly OtherName: { readonly TypeId: string; readonly Value: string } };

const COPIED: Passthrough = { csrExtensions: 'copied', extensions: [] };
/** The extensions for which ApiPassthrough has a member of their own. */
const MEMBERS: ReadonlySet<string> = new Set([OID.keyUsage, OID.extKeyUsage, OID.subjectAltName]);
/** The longest URI that the API takes. */
const MAX_URI_LENGTH = 253;

/** The template and ApiPassthrough of IssueCertificate; without `passthrough` the CSR is copied. */
export function passthroughParameters({ csrExtensions, extensions } = COPIED) {
  const template = ISSUE_TEMPLATES[csrExtensions];
  if (extensions.length === 0) return { template, apiPassthrough: undefined };
  const keyUsage = extensionValue({ extensions }, OID.keyUsage);
  const purposes = extensionValue({ extensions }, OID.extKeyUsage);
  const names = alternativeNames(extensions.find(({ oid }) => oid === OID.subjectAltName));
  const custom = extensions.filter(
    ({ oid }) => !MEMBERS.has(oid) || (oid === OID.subjectAltName && names === undefined),
  );
  const Extensions = omitUndefined({
    KeyUsage: keyUsage && usageFlags(keyUsage),
    ExtendedKeyUsage:
      purposes &&
      parseExtendedKeyUsage(purposes).map((oid) => ({ ExtendedKeyUsageObjectIdentifier: oid })),
    SubjectAlternativeNames: names,
    CustomExtensions: custom.length > 0 ? custom.map(customExtension) : undefined,
  });
  return { template, apiPassthrough: { Extensions } };
}

/** DigitalSignature of the API is digitalSignature of RFC 5280, and so on. */
function usageFlags(keyUsage: Uint8Array): Record<string, boolean> {
  const usages = parseKeyUsage(keyUsage);
  return Object.fromEntries(usages.map((usage) => [usage.replace(/^./, upperCase), true]));
}

function upperCase(text: string): string {
  return text.toUpperCase();
}

/** Undefined when the API has no member for one of the names, or for critical names. */
function alternativeNames(extension: Extension | undefined): ApiName[] | undefined {
  if (extension === undefined || extension.critical) return undefined;
  const names = parseGeneralNames(extension.value).map(apiName);
  return names.every((name) => name !== undefined) ? names : undefined;
}

function apiName(name: GeneralName): ApiName | undefined {
  switch (name.kind) {
    case 'dNSName':
      return { DnsName: name.value };
    case 'rfc822Name':
      return { Rfc822Name: name.value };
    case 'iPAddress':
      return { IpAddress: name.value };
    case 'uniformResourceIdentifier':
      return name.value.length > MAX_URI_LENGTH
        ? undefined
        : { UniformResourceIdentifier: name.value };
    case 'userPrincipalName':
      return { OtherName: { TypeId: OID.userPrincipalName, Value: name.value } };
    default:
      return undefined;
  }
}

function customExtension({ oid, critical, value }: Extension) {
  return {
    ObjectIdentifier: oid,
    Value: Buffer.from(value).toString('base64'),
    Critical: critical,
  };
}
