import { DecodeError } from '../asn1/decode-error.ts';
import { isType } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import { derOid, derSequence } from '../asn1/write-der.ts';
import type { Extension } from './extensions.ts';
import { readOid } from './read-oid.ts';

const MAX_PURPOSES = 64;

/**
 * The dotted purposes of an extKeyUsage (RFC 5280 section 4.2.1.12).
 * @throws DecodeError when malformed, empty, or with more than 64 purposes
 */
export function parseExtendedKeyUsage(value: Uint8Array): readonly string[] {
  const element = readBer(value);
  const { children } = element;
  if (!isType(element, 'SEQUENCE') || children.length === 0 || children.length > MAX_PURPOSES) {
    throw new DecodeError('extKeyUsage is malformed');
  }
  return children.map(readOid);
}

export function extendedKeyUsageExtension(
  purposes: readonly string[],
  critical = false,
): Extension {
  return { oid: OID.extKeyUsage, critical, value: derSequence(...purposes.map(derOid)) };
}

/**
 * The dotted purposes in Microsoft's application policies extension (MS-WCCE 2.2.2.7.7.3), which
 * has the syntax of certificatePolicies; no qualifier is defined for it.
 * @throws DecodeError when malformed, empty, with a qualifier, or with more than 64 purposes
 */
export function parseApplicationPolicies(value: Uint8Array): readonly string[] {
  const element = readBer(value);
  const { children } = element;
  if (!isType(element, 'SEQUENCE') || children.length === 0 || children.length > MAX_PURPOSES) {
    throw new DecodeError('applicationPolicies is malformed');
  }
  return children.map((policy) => {
    const [purpose, ...others] = policy.children;
    if (!isType(policy, 'SEQUENCE') || purpose === undefined || others.length > 0) {
      throw new DecodeError('applicationPolicies is malformed');
    }
    return readOid(purpose);
  });
}
