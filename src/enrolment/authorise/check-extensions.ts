import { DecodeError } from '../../asn1/decode-error.ts';
import { isDer } from '../../asn1/is-der.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { readBer } from '../../asn1/read-ber.ts';
import type { IdentityPolicy } from '../../connectors/tags/connector-policy.ts';
import { Refusal } from '../../scep/refusal.ts';
import { parseBasicConstraints } from '../../x509/basic-constraints.ts';
import { parseApplicationPolicies, parseExtendedKeyUsage } from '../../x509/extended-key-usage.ts';
import { parseKeyUsage } from '../../x509/key-usage.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import { readString } from '../../x509/read-string.ts';
import { checkAlternativeNames } from './check-alternative-names.ts';

/** What happens to an extension in a certification request. */
interface ExtensionRule {
  readonly name: string;
  /** 'taken-over': the certificate has it as requested. 'set-by-authority': the CA sets its own. */
  readonly treatment: 'taken-over' | 'set-by-authority';
  /** Relying parties other than Windows would reject a certificate in which it is critical. */
  readonly onlyUncritical?: true;
  /** What is wrong with the value, or undefined. A DecodeError counts as malformed. */
  readonly objection: (value: Uint8Array, policy: IdentityPolicy) => string | undefined;
}

/** Purposes that act for the CA or enrol for others, so no device may have them. */
const REFUSED_PURPOSES: Readonly<Record<string, string>> = {
  [OID.anyExtendedKeyUsage]: 'anyExtendedKeyUsage',
  [OID.ocspSigning]: 'OCSPSigning',
  [OID.microsoftAnyApplicationPolicy]: 'any application policy',
  [OID.certificateRequestAgent]: 'Certificate Request Agent',
  [OID.keyRecoveryAgent]: 'Key Recovery Agent',
  [OID.kerberosKdc]: 'Kerberos KDC',
};

/** Printable, and no longer than Active Directory allows a common name to be. */
const TEMPLATE_NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u;

/**
 * Every other extension is refused, critical or not: the CA copies a request's extensions into the
 * certificate, and this server does not silently omit any (docs/rfc8894-conformance.md S13).
 */
const EXTENSION_RULES: Readonly<Record<string, ExtensionRule>> = {
  [OID.subjectAltName]: {
    name: 'subjectAltName',
    treatment: 'taken-over',
    objection: checkAlternativeNames,
  },
  [OID.keyUsage]: {
    name: 'keyUsage',
    treatment: 'taken-over',
    objection: objectionToKeyUsage,
  },
  [OID.extKeyUsage]: {
    name: 'extKeyUsage',
    treatment: 'taken-over',
    objection: (value) => refusedPurpose(parseExtendedKeyUsage(value)),
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
    objection: (value) => refusedPurpose(parseApplicationPolicies(value)),
  },
  [OID.microsoftSid]: {
    name: 'security identifier',
    treatment: 'taken-over',
    onlyUncritical: true,
    objection: (_, policy) =>
      policy.allowSecurityIdentifiers ? undefined : 'not allowed on this connector',
  },
  [OID.subjectKeyIdentifier]: setByAuthority('subjectKeyIdentifier'),
  [OID.authorityKeyIdentifier]: setByAuthority('authorityKeyIdentifier'),
  [OID.basicConstraints]: {
    name: 'basicConstraints',
    treatment: 'set-by-authority',
    objection: (value) => (parseBasicConstraints(value).ca ? 'CA:TRUE' : undefined),
  },
};

/** @throws Refusal 'extension-not-allowed' that names the object identifier. */
export function checkExtensions(
  { extensions }: CertificationRequest,
  policy: IdentityPolicy,
): void {
  for (const { oid, critical, value } of extensions) {
    const rule = EXTENSION_RULES[oid];
    if (rule === undefined) throw new Refusal('extension-not-allowed', oid);
    const mayNotBeCritical = critical && rule.onlyUncritical;
    const objection = mayNotBeCritical ? 'critical' : objectionOf(rule, value, policy);
    if (objection !== undefined) {
      throw new Refusal('extension-not-allowed', `${rule.name} ${oid}: ${objection}`);
    }
  }
}

function objectionOf(rule: ExtensionRule, value: Uint8Array, policy: IdentityPolicy) {
  try {
    if (rule.treatment === 'taken-over' && !isDer(value)) return 'not DER';
    return rule.objection(value, policy);
  } catch (error) {
    if (error instanceof DecodeError) return 'malformed';
    throw error;
  }
}

function objectionToKeyUsage(value: Uint8Array): string | undefined {
  const usages = parseKeyUsage(value);
  if (usages.length === 0) return 'no usage';
  return usages.find((usage) => usage === 'keyCertSign' || usage === 'cRLSign');
}

function refusedPurpose(purposes: readonly string[]): string | undefined {
  const refused = purposes.find((purpose) => REFUSED_PURPOSES[purpose] !== undefined);
  return refused && REFUSED_PURPOSES[refused];
}

function setByAuthority(name: string): ExtensionRule {
  return { name, treatment: 'set-by-authority', objection: () => undefined };
}
