import { DecodeError } from '../../asn1/decode-error.ts';
import { expectType } from '../../asn1/expect-type.ts';
import { isDer } from '../../asn1/is-der.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { readBer } from '../../asn1/read-ber.ts';
import type { ExtensionPolicy } from '../../connectors/tags/connector-policy.ts';
import { Refusal } from '../../scep/refusal.ts';
import type { Extension } from '../../x509/extensions.ts';

/** They say what a CA may issue (RFC 5280 sections 4.2.1.5, 4.2.1.10, 4.2.1.11 and 4.2.1.14). */
const OF_AUTHORITIES: ReadonlySet<string> = new Set([
  OID.nameConstraints,
  OID.policyMappings,
  OID.policyConstraints,
  OID.inhibitAnyPolicy,
  OID.microsoftApplicationPolicyMappings,
  OID.microsoftApplicationPolicyConstraints,
]);

/** What the CA says of itself, its revocations and its logs; a device may not say it instead. */
const SAID_BY_AUTHORITIES: ReadonlySet<string> = new Set([
  OID.issuerAltName,
  OID.cRLDistributionPoints,
  OID.freshestCRL,
  OID.authorityInfoAccess,
  OID.ocspNoCheck,
  OID.signedCertificateTimestamps,
]);

/** The bits sslCA, emailCA and objectSigningCA of the Netscape certificate type. */
const NETSCAPE_CA_BITS = 0x07;

/**
 * What becomes of an extension that `checkExtensions` has no rule for. A critical one is refused,
 * since the device relies on it, and so is one that would make its holder a CA.
 * @throws Refusal 'extension-not-allowed'
 */
export function treatUnknown(
  extension: Extension,
  unknown: ExtensionPolicy['unknown'],
): 'taken-over' | 'dropped' {
  const { oid, critical, value } = extension;
  if (critical || unknown === 'refuse') throw new Refusal('extension-not-allowed', oid);
  if (OF_AUTHORITIES.has(oid) || makesNetscapeAuthority(extension)) {
    throw new Refusal('extension-not-allowed', `${oid}: for CA certificates only`);
  }
  if (unknown === 'drop' || SAID_BY_AUTHORITIES.has(oid)) return 'dropped';
  if (isWellFormed(value)) return 'taken-over';
  throw new Refusal('extension-not-allowed', `${oid}: not DER`);
}

function makesNetscapeAuthority({ oid, value }: Extension): boolean {
  if (oid !== OID.netscapeCertType) return false;
  try {
    const [, bits = 0] = expectType(readBer(value), 'BIT STRING').content;
    return (bits & NETSCAPE_CA_BITS) !== 0;
  } catch (error) {
    if (error instanceof DecodeError) return true;
    throw error;
  }
}

function isWellFormed(value: Uint8Array): boolean {
  try {
    return isDer(value);
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}
