import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { InvalidArgumentError, Option } from 'commander';

/** What kind of key to make. */
export type KeyAlgorithm =
  | { readonly type: 'rsa'; readonly bits: number }
  | { readonly type: 'ec'; readonly curve: string };

const NAMES = ['rsa:2048', 'rsa:3072', 'rsa:4096', 'ec:P-256', 'ec:P-384', 'ec:P-521'];

export function keyAlgorithmOption(conflicts: readonly string[]): Option {
  return new Option('--key-algorithm <name>', `the key to make: ${NAMES.join(', ')}`)
    .argParser(parseKeyAlgorithm)
    .default(parseKeyAlgorithm('rsa:2048'), 'rsa:2048')
    .conflicts([...conflicts]);
}

export function parseKeyAlgorithm(text: string): KeyAlgorithm {
  const [type, size = ''] = text.split(':');
  if (!NAMES.includes(text)) throw new InvalidArgumentError(`Use one of ${NAMES.join(', ')}.`);
  return type === 'rsa' ? { type, bits: Number(size) } : { type: 'ec', curve: size };
}

/** The private key. */
export async function generateKey(algorithm: KeyAlgorithm): Promise<KeyObject> {
  const { privateKey } =
    algorithm.type === 'rsa'
      ? await promisify(generateKeyPair)('rsa', { modulusLength: algorithm.bits })
      : await promisify(generateKeyPair)('ec', { namedCurve: algorithm.curve });
  return privateKey;
}
