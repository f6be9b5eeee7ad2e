import { equalBytes } from '../../asn1/equal-bytes.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import type { RenewalPolicy } from '../../connectors/tags/connector-policy.ts';
import { Refusal } from '../../scep/refusal.ts';
import { comparableGeneralName } from '../../x509/comparable-general-name.ts';
import { parseApplicationPolicies, parseExtendedKeyUsage } from '../../x509/extended-key-usage.ts';
import type { Extension } from '../../x509/extensions.ts';
import { parseGeneralNames } from '../../x509/general-names.ts';
import { isSameName } from '../../x509/is-same-name.ts';
import { parseKeyUsage } from '../../x509/key-usage.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import type { Holder } from './find-holder.ts';

/** A renewal may request some of these extensions' values; of others the same value or none. */
const PARTS: Readonly<Record<string, (value: Uint8Array) => readonly string[]>> = {
  [OID.subjectAltName]: (value) => parseGeneralNames(value).map(comparableGeneralName),
  [OID.keyUsage]: parseKeyUsage,
  [OID.extKeyUsage]: parseExtendedKeyUsage,
  [OID.microsoftApplicationPolicies]: parseApplicationPolicies,
};

/**
 * A renewal has the subject of the certificate (RFC 8894 section 2.5). Its names are compared by
 * RFC 5280 section 7.
 * @throws Refusal
 */
export function checkRenewal(
  csr: CertificationRequest,
  keyStays: boolean,
  { certificate }: Holder,
  policy: RenewalPolicy,
): void {
  if (keyStays && !policy.sameKeyAllowed) throw new Refusal('renewal-key-reused');
  if (!isSameName(csr.subject, certificate.subject)) throw new Refusal('renewal-name-changed');
}

/**
 * A renewal gets no additional name, usage or extension.
 * @throws Refusal 'renewal-grows' unless the certificate has all that the extension requests
 */
export function requireCovered(extension: Extension, held: readonly Extension[]): void {
  if (!isCovered(extension, held)) throw new Refusal('renewal-grows', extension.oid);
}

function isCovered({ oid, value }: Extension, held: readonly Extension[]): boolean {
  const own = held.find((extension) => extension.oid === oid);
  const parts = PARTS[oid];
  // Without keyUsage the certificate allows every usage (RFC 5280 section 4.2.1.3).
  if (own === undefined) return oid === OID.keyUsage;
  if (parts === undefined) return equalBytes(own.value, value);
  const ownParts = new Set(parts(own.value));
  return parts(value).every((part) => ownParts.has(part));
}
