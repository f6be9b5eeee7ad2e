import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { InvalidArgumentError, Option } from 'commander';
import type { KeyUsage } from '../../x509/key-usage.ts';

/** The type and size of a new key. */
export type KeySpec =
  | { readonly type: 'rsa'; readonly bits: number }
  | { readonly type: 'ec'; readonly curve: string };

const NAMES = ['rsa:2048', 'rsa:3072', 'rsa:4096', 'ec:P-256', 'ec:P-384', 'ec:P-521'];

export function keySpecOption(conflicts: readonly string[]): Option {
  return new Option('--key-algorithm <name>', `the key to make: ${NAMES.join(', ')}`)
    .argParser(parseKeySpec)
    .default(parseKeySpec('rsa:2048'), 'rsa:2048')
    .conflicts([...conflicts]);
}

export function parseKeySpec(text: string): KeySpec {
  const [type, size = ''] = text.split(':');
  if (!NAMES.includes(text)) throw new InvalidArgumentError(`Use one of ${NAMES.join(', ')}.`);
  return type === 'rsa' ? { type, bits: Number(size) } : { type: 'ec', curve: size };
}

/** Generates a key pair and returns its private key. */
export async function generateKey(algorithm: KeySpec): Promise<KeyObject> {
  const { privateKey } =
    algorithm.type === 'rsa'
      ? await promisify(generateKeyPair)('rsa', { modulusLength: algorithm.bits })
      : await promisify(generateKeyPair)('ec', { namedCurve: algorithm.curve });
  return privateKey;
}

export function keyTypeOf(usable: KeyObject): 'rsa' | 'ec' {
  return usable.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec';
}

/** The key usages that a type of key supports (RFC 8813 section 3 for EC). */
export const KEY_USAGES_BY_TYPE = {
  rsa: ['digitalSignature', 'keyEncipherment'],
  ec: ['digitalSignature'],
} as const satisfies Record<KeySpec['type'], readonly KeyUsage[]>;
