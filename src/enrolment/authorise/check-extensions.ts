import { DecodeError } from '../../asn1/decode-error.ts';
import { isDer } from '../../asn1/is-der.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { readBer } from '../../asn1/read-ber.ts';
import type { ConnectorPolicy } from '../../connectors/tags/connector-policy.ts';
import { Refusal, type RefusalReason } from '../../scep/refusal.ts';
import { parseRequestedConstraints } from '../../x509/basic-constraints.ts';
import { parseApplicationPolicies, parseExtendedKeyUsage } from '../../x509/extended-key-usage.ts';
import type { Extension } from '../../x509/extensions.ts';
import { hasNoGeneralNames } from '../../x509/general-names.ts';
import { purposeName } from '../../x509/key-purposes.ts';
import { parseKeyUsage } from '../../x509/key-usage.ts';
import { readString } from '../../x509/read-string.ts';
import { checkAlternativeNames } from './check-alternative-names.ts';
import { objectionToSecurityExtension } from './security-identifier.ts';
import { treatUnknown } from './treat-unknown-extension.ts';

/** What decides about the extensions of a request. */
export type ExtensionPolicies = Pick<ConnectorPolicy, 'identity' | 'extensions'>;

export interface CheckedExtensions {
  /** Those that the certificate gets as requested. */
  readonly granted: readonly Extension[];
  /** Object identifiers of those that it does not get, and that the CA does not set itself. */
  readonly dropped: readonly string[];
}

/** What happens to an extension in a certification request. */
interface ExtensionRule {
  readonly name: string;
  /** 'taken-over': the certificate has it as requested. 'set-by-authority': the CA sets its own. */
  readonly treatment: 'taken-over' | 'set-by-authority';
  /** Relying parties other than Windows would reject a certificate in which it is critical. */
  readonly onlyUncritical?: true;
  /** Says nothing, so the certificate does without it. */
  readonly isEmpty?: (value: Uint8Array) => boolean;
  /** Of a refusal by `objection`; otherwise 'extension-not-allowed'. */
  readonly reason?: RefusalReason;
  /** What is wrong with the value, or undefined. A DecodeError counts as malformed. */
  readonly objection: (value: Uint8Array, policy: ExtensionPolicies) => string | undefined;
}

/** As many as ApiPassthrough of AWS Private CA takes. */
const MAX_PURPOSES = 20;
/** Printable, and no longer than Active Directory allows a common name to be. */
const TEMPLATE_NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u;

/** Others are judged by `treatUnknown`. */
const EXTENSION_RULES: Readonly<Record<string, ExtensionRule>> = {
  [OID.subjectAltName]: {
    name: 'subjectAltName',
    treatment: 'taken-over',
    isEmpty: hasNoGeneralNames,
    reason: 'name-not-allowed',
    objection: (value, { identity }) => checkAlternativeNames(value, identity),
  },
  [OID.keyUsage]: {
    name: 'keyUsage',
    treatment: 'taken-over',
    objection: objectionToKeyUsage,
  },
  [OID.extKeyUsage]: {
    name: 'extKeyUsage',
    treatment: 'taken-over',
    objection: (value, policy) => objectionToPurposes(parseExtendedKeyUsage(value), policy),
  },
  [OID.microsoftCertificateTemplateName]: {
    name: 'certificateTemplateName',
    treatment: 'taken-over',
    onlyUncritical: true,
    objection: (value) =>
      TEMPLATE_NAME.test(readString(readBer(value)).value) ? undefined : 'not a template name',
  },
  [OID.microsoftApplicationPolicies]: {
    name: 'applicationPolicies',
    treatment: 'taken-over',
    onlyUncritical: true,
    objection: (value, policy) => objectionToPurposes(parseApplicationPolicies(value), policy),
  },
  [OID.microsoftSid]: {
    name: 'security identifier',
    treatment: 'taken-over',
    onlyUncritical: true,
    reason: 'name-not-allowed',
    objection: (value, { identity }) =>
      identity.allowSecurityIdentifiers
        ? objectionToSecurityExtension(value)
        : 'not allowed on this connector',
  },
  [OID.subjectKeyIdentifier]: setByAuthority('subjectKeyIdentifier'),
  [OID.authorityKeyIdentifier]: setByAuthority('authorityKeyIdentifier'),
  [OID.basicConstraints]: {
    name: 'basicConstraints',
    treatment: 'set-by-authority',
    objection: (value) => (parseRequestedConstraints(value).ca ? 'CA:TRUE' : undefined),
  },
};

/**
 * @throws Refusal 'extension-not-allowed' or, for what a name says, 'name-not-allowed'. It names
 *   the object identifier.
 */
export function checkExtensions(
  extensions: readonly Extension[],
  policy: ExtensionPolicies,
): CheckedExtensions {
  const granted: Extension[] = [];
  const dropped: string[] = [];
  for (const extension of extensions) {
    const treatment = treatmentOf(extension, policy);
    if (treatment === 'taken-over') granted.push(extension);
    if (treatment === 'dropped') dropped.push(extension.oid);
  }
  return { granted, dropped };
}

function treatmentOf(
  extension: Extension,
  policy: ExtensionPolicies,
): ExtensionRule['treatment'] | 'dropped' {
  const { oid, critical, value } = extension;
  const rule = EXTENSION_RULES[oid];
  if (rule === undefined) return treatUnknown(extension, policy.extensions.unknown);
  if (rule.isEmpty?.(value)) return 'dropped';
  const refuse = (reason: RefusalReason, objection: string) =>
    new Refusal(reason, `${rule.name} ${oid}: ${objection}`);
  if (critical && rule.onlyUncritical) throw refuse('extension-not-allowed', 'critical');
  const isCopied = rule.treatment === 'taken-over';
  const form = objectionOf(() => (isCopied && !isDer(value) ? 'not DER' : undefined));
  if (form !== undefined) throw refuse('extension-not-allowed', form);
  const objection = objectionOf(() => rule.objection(value, policy));
  if (objection === undefined) return rule.treatment;
  throw refuse(rule.reason ?? 'extension-not-allowed', objection);
}

function objectionOf(find: () => string | undefined): string | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof DecodeError) return `malformed (${error.message})`;
    throw error;
  }
}

function objectionToKeyUsage(value: Uint8Array): string | undefined {
  const usages = parseKeyUsage(value);
  if (usages.length === 0) return 'no usage';
  return usages.find((usage) => usage === 'keyCertSign' || usage === 'cRLSign');
}

function objectionToPurposes(
  purposes: readonly string[],
  { extensions }: ExtensionPolicies,
): string | undefined {
  if (purposes.length > MAX_PURPOSES) return `more than ${MAX_PURPOSES} purposes`;
  const refused = purposes.find((purpose) => !extensions.purposes.has(purpose));
  return refused && `${purposeName(refused)} needs the connector's tag scep:eku`;
}

function setByAuthority(name: string): ExtensionRule {
  return { name, treatment: 'set-by-authority', objection: () => undefined };
}
