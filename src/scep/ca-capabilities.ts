import type { AlgorithmPolicy } from './algorithm-policy.ts';
import { acceptsDigest } from './algorithm-policy.ts';

/**
 * The body of GetCACaps (RFC 8894 section 3.5.2): one keyword a line, nothing that the policy does not accept.
 *
 * The order and the extra keyword are for clients: AES stands before DES3 because certmonger takes the first it finds, and
 * strongSwan 5.9.8 uses AES only when it sees SHA-384, which is no keyword of the RFC (protocol facts 5, 6).
 * There is no empty line: to strongSwan it would match every capability.
 */
export function caCapabilities(policy: AlgorithmPolicy): string {
  const keywords = [
    'AES',
    'POSTPKIOperation',
    'SCEPStandard',
    'SHA-256',
    'SHA-512',
    'SHA-384',
    'DES3',
    ...(acceptsDigest(policy, 'sha1') ? ['SHA-1'] : []),
  ];
  return keywords.map((keyword) => `${keyword}\n`).join('');
}
