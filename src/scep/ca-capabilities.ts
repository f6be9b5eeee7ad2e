import { CONTENT_CIPHERS } from '../cms/content-ciphers.ts';
import { DIGEST_ALGORITHMS } from '../x509/signature-algorithms.ts';
import { type AlgorithmPolicy, accepts } from './algorithm-policy.ts';

/** What a server offers some of the time (protocol C16). */
type OptionalService = 'Renewal' | 'GetNextCACert';

const PROTOCOL = ['POSTPKIOperation', 'SCEPStandard'];

/**
 * The order is for clients: AES stands before DES3 because certmonger takes the first it finds, and strongSwan 5.9.8 uses AES
 * only when it sees SHA-384, which is no keyword of the RFC (protocol facts 5, 6).
 */
const ORDER = [
  'AES',
  ...PROTOCOL,
  'SHA-256',
  'SHA-512',
  'SHA-384',
  'Renewal',
  'GetNextCACert',
  'DES3',
  'SHA-1',
];

/**
 * The body of GetCACaps (RFC 8894 section 3.5.2): one keyword a line, for what the policy accepts and for the services offered
 * now, nothing else. There is no empty line: to strongSwan it would match every capability.
 */
export function caCapabilities(
  policy: AlgorithmPolicy,
  services: readonly OptionalService[] = [],
): string {
  const accepted = [...CONTENT_CIPHERS, ...DIGEST_ALGORITHMS]
    .filter((algorithm) => accepts(policy, algorithm))
    .map(({ capability }) => capability);
  const offered: readonly (string | undefined)[] = [...PROTOCOL, ...services, ...accepted];
  const keywords = ORDER.filter((word) => offered.includes(word));
  return keywords.map((keyword) => `${keyword}\n`).join('');
}
