import { DecodeError } from '../asn1/decode-error.ts';
import { expectType } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import { derIa5String, derOid, derSequence } from '../asn1/write-der.ts';
import type { Extension } from './extensions.ts';
import { readOid } from './read-oid.ts';

/** PolicyInformation (RFC 5280 section 4.2.1.4). */
export interface CertificatePolicy {
  /** Dotted. */
  readonly oid: string;
  /** URLs of certification practice statements: the qualifiers of type CPS. */
  readonly cpsUris: readonly string[];
}

/** @throws RangeError when a policy is repeated or a URI is empty or not ASCII */
export function certificatePoliciesExtension(policies: readonly CertificatePolicy[]): Extension {
  if (new Set(policies.map(({ oid }) => oid)).size < policies.length) {
    throw new RangeError('a certificate policy is repeated');
  }
  const value = derSequence(...policies.map(derPolicy));
  return { oid: OID.certificatePolicies, critical: false, value };
}

function derPolicy({ oid, cpsUris }: CertificatePolicy): Uint8Array {
  const qualifiers = cpsUris.map((uri) => {
    if (!/^[ -~]+$/.test(uri)) throw new RangeError(`"${uri}" is not printable ASCII`);
    return derSequence(derOid(OID.cps), derIa5String(uri));
  });
  return qualifiers.length === 0
    ? derSequence(derOid(oid))
    : derSequence(derOid(oid), derSequence(...qualifiers));
}

/**
 * The dotted policies, without their qualifiers.
 * @throws DecodeError when malformed, empty, or when a policy is repeated
 */
export function parseCertificatePolicies(value: Uint8Array): readonly string[] {
  const policies = expectType(readBer(value), 'SEQUENCE').children.map((element) => {
    const [policy, qualifiers, ...others] = expectType(element, 'SEQUENCE').children;
    if (policy === undefined || others.length > 0) throw malformed();
    if (qualifiers && expectType(qualifiers, 'SEQUENCE').children.length === 0) throw malformed();
    return readOid(policy);
  });
  if (policies.length === 0 || new Set(policies).size < policies.length) throw malformed();
  return policies;
}

function malformed(): DecodeError {
  return new DecodeError('certificatePolicies is malformed');
}
