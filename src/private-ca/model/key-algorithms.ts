import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../x509/signing-algorithm.ts';

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const generate = promisify(generateKeyPair);

/** The supported key algorithms of an authority, by their names in the AWS API. */
export const KEY_ALGORITHMS = {
  RSA_2048: { keyType: 'rsa', generate: () => generateRsa(2048) },
  RSA_3072: { keyType: 'rsa', generate: () => generateRsa(3072) },
  RSA_4096: { keyType: 'rsa', generate: () => generateRsa(4096) },
  EC_prime256v1: { keyType: 'ec', generate: () => generateEc('prime256v1') },
  EC_secp384r1: { keyType: 'ec', generate: () => generateEc('secp384r1') },
  EC_secp521r1: { keyType: 'ec', generate: () => generateEc('secp521r1') },
} as const;

export type KeyAlgorithm = keyof typeof KEY_ALGORITHMS;

export const supportedKeyAlgorithmSchema = z.enum(Object.keys(KEY_ALGORITHMS) as [KeyAlgorithm]);

function generateRsa(modulusLength: number): Promise<KeyPair> {
  return generate('rsa', { modulusLength });
}

function generateEc(namedCurve: string): Promise<KeyPair> {
  return generate('ec', { namedCurve });
}

/**
 * @throws AwsError InvalidArgsException for ML-DSA and SM2, which the API lists and this server
 *   lacks
 */
export function requireSupportedKey(name: string): KeyAlgorithm {
  const known = supportedKeyAlgorithmSchema.safeParse(name);
  if (known.success) return known.data;
  const supported = Object.keys(KEY_ALGORITHMS).join(', ');
  const message = `Key algorithm ${name} is not supported here. Supported are: ${supported}.`;
  throw new AwsError('InvalidArgsException', message);
}

/** @throws AwsError InvalidArgsException for a key that no authority here can have */
export function keyAlgorithmOf(key: KeyObject): KeyAlgorithm {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const size = key.asymmetricKeyType === 'rsa' ? modulusLength : namedCurve;
  return requireSupportedKey(`${key.asymmetricKeyType?.toUpperCase()}_${size}`);
}

/**
 * @throws AwsError InvalidArgsException when the algorithm is not of the key's family; the text is
 *   AWS's.
 */
export function requireMatchingAlgorithm(key: KeyAlgorithm, signing: string): SigningAlgorithm {
  const { keyType } = KEY_ALGORITHMS[key];
  const valid = Object.entries(SIGNING_ALGORITHMS)
    .filter(([, algorithm]) => algorithm.keyType === keyType)
    .map(([name]) => name as SigningAlgorithm);
  const match = valid.find((name) => name === signing);
  if (match !== undefined) return match;
  throw new AwsError(
    'InvalidArgsException',
    `Signing algorithm ${signing} cannot be used with key type ${key}. Valid signing algorithms are: ${valid.join(', ')}.`,
  );
}
