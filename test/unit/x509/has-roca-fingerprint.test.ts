import { describe, expect, it } from 'vitest';
import { hasRocaFingerprint } from '../../../src/x509/has-roca-fingerprint.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

/** The product of the primes from 3 to 167, computed independently. */
function primorial(): bigint {
  let product = 1n;
  for (let n = 3n; n <= 167n; n += 2n) {
    let isPrime = true;
    for (let d = 3n; d * d <= n; d += 2n) if (n % d === 0n) isPrime = false;
    if (isPrime) product *= n;
  }
  return product;
}

/** A number of the form of RSALib's primes: k * M + (65537^a mod M). */
function rsaLibNumber(k: bigint, a: number): bigint {
  const m = primorial();
  let power = 1n;
  for (let i = 0; i < a; i += 1) power = (power * 65_537n) % m;
  return k * m + power;
}

function octets(number: bigint): Buffer {
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

describe('hasRocaFingerprint', () => {
  it('matches a product of two numbers of the shape of RSALib primes', () => {
    const p = rsaLibNumber(2n ** 290n + 12_345n, 1_001);
    const q = rsaLibNumber(2n ** 291n + 54_321n, 77_777);
    expect(hasRocaFingerprint(octets(p * q))).toBe(true);
    expect(hasRocaFingerprint(octets(p * q + 2n))).toBe(false);
  });

  it('does not match ordinary keys', () => {
    for (const name of ['root', 'ra', 'foreign-ra', 'renewing-device'] as const) {
      const { n = '' } = goldenIdentity(name).publicKey.export({ format: 'jwk' });
      expect(hasRocaFingerprint(Buffer.from(n, 'base64url'))).toBe(false);
    }
  });
});
