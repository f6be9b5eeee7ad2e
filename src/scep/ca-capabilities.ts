import { CONTENT_CIPHERS } from '../cms/content-ciphers.ts';
import { DIGEST_ALGORITHMS } from '../x509/signature-algorithms.ts';
import { type AlgorithmPolicy, accepts } from './algorithm-policy.ts';

/** Services that a server offers only at times. */
type OptionalService = 'Renewal' | 'GetNextCACert';

const PROTOCOL = ['POSTPKIOperation', 'SCEPStandard'];

/**
 * Clients depend on the order. AES precedes DES3 because certmonger takes the first cipher it
 * finds. strongSwan 5.9.8 uses AES only when it sees SHA-384, which is not a keyword of RFC 8894.
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
 * The body of GetCACaps (RFC 8894 section 3.5.2): one keyword a line for each algorithm that the
 * policy accepts and each service currently offered. It has no empty line, which strongSwan would
 * match with every capability.
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
