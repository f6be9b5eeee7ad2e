import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePem } from '../../src/asn1/pem.ts';
import type { KeyStore, NewKey } from '../../src/private-ca/keys/key-store.ts';
import { KEY_ALGORITHMS, type KeyAlgorithm } from '../../src/private-ca/model/key-algorithms.ts';
import { type KeyRecord, keyRecordSchema } from '../../src/private-ca/records/key-record.ts';
import { describePublicKey, importPublicKey } from '../../src/x509/public-key.ts';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../src/x509/signing-algorithm.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const AUTHORITY = '5d3f6c7a-1b2c-4d5e-8f90-a1b2c3d4e5f6';
const BYTES = Buffer.from('what an authority signs');

const KINDS = {
  RSA_2048: { type: 'rsa', bits: 2048, exponent: 65_537n },
  RSA_3072: { type: 'rsa', bits: 3072, exponent: 65_537n },
  RSA_4096: { type: 'rsa', bits: 4096, exponent: 65_537n },
  EC_prime256v1: { type: 'ec', curve: 'prime256v1' },
  EC_secp384r1: { type: 'ec', curve: 'secp384r1' },
  EC_secp521r1: { type: 'ec', curve: 'secp521r1' },
} as const satisfies Record<KeyAlgorithm, unknown>;

/** The contract of the port. `open` returns the same keys each time, as after a restart. */
export function keyStoreContract<Key extends KeyRecord>(open: () => Promise<KeyStore<Key>>): void {
  describe.each(Object.keys(KINDS) as KeyAlgorithm[])('a key of %s', (keyAlgorithm) => {
    let store: KeyStore<Key>;
    let key: NewKey<Key>;
    beforeAll(async () => {
      store = await open();
      key = await store.generate(AUTHORITY, keyAlgorithm);
    });

    it('has the requested algorithm', () => {
      const publicKey = importPublicKey(key.subjectPublicKeyInfo);
      expect(describePublicKey(publicKey)).toEqual(KINDS[keyAlgorithm]);
    });

    const { keyType } = KEY_ALGORITHMS[keyAlgorithm];
    const algorithms = Object.keys(SIGNING_ALGORITHMS) as SigningAlgorithm[];
    const fitting = algorithms.filter((name) => SIGNING_ALGORITHMS[name].keyType === keyType);
    it.each(fitting)('signs with %s, and OpenSSL verifies the signature', async (algorithm) => {
      const signature = await key.signingKey.sign(algorithm, BYTES);
      const signed = { publicKey: key.subjectPublicKeyInfo, algorithm, bytes: BYTES };
      expect(verifiesByOpenssl({ ...signed, signature })).toBe(true);
      expect(verifiesByOpenssl({ ...signed, bytes: Buffer.from('x'), signature })).toBe(false);
    });

    it('does not sign with an algorithm of another key type', async () => {
      const other = algorithms.find((name) => SIGNING_ALGORITHMS[name].keyType !== keyType);
      if (other === undefined) throw new Error('there are two key types');
      await expect(key.signingKey.sign(other, BYTES)).rejects.toThrow(RangeError);
    });

    it('opens again from its stored record', async () => {
      const stored = keyRecordSchema.encode(key.record);
      const record = keyRecordSchema.decode(structuredClone(stored)) as Key;
      const [algorithm] = fitting;
      if (algorithm === undefined) throw new Error('some algorithm fits');
      const opened = await (await open()).open(AUTHORITY, record);
      const signature = await opened.sign(algorithm, BYTES);
      const signed = { publicKey: key.subjectPublicKeyInfo, algorithm, bytes: BYTES };
      expect(verifiesByOpenssl({ ...signed, signature })).toBe(true);
    });

    it('is exposed nowhere', () => {
      const shown = JSON.stringify([key.record, Object.keys(key.signingKey)]);
      expect(shown).not.toContain('PRIVATE');
      expect(Object.keys(key.signingKey)).toEqual(['sign']);
    });
  });

  it('signs concurrently', async () => {
    const store = await open();
    const { signingKey, subjectPublicKeyInfo } = await store.generate(AUTHORITY, 'EC_prime256v1');
    const texts = Array.from({ length: 40 }, (_, i) => Buffer.from(`certificate ${i}`));
    const signatures = await Promise.all(
      texts.map((bytes) => signingKey.sign('SHA256WITHECDSA', bytes)),
    );
    const verified = texts.map((bytes, i) =>
      verifiesByOpenssl({
        ...{ publicKey: subjectPublicKeyInfo, algorithm: 'SHA256WITHECDSA', bytes },
        signature: signatures[i] ?? Buffer.alloc(0),
      }),
    );
    expect(verified).toEqual(texts.map(() => true));
  });

  it('makes a different key each time', async () => {
    const store = await open();
    const first = await store.generate(AUTHORITY, 'EC_prime256v1');
    const second = await store.generate(AUTHORITY, 'EC_prime256v1');
    expect(first.subjectPublicKeyInfo).not.toEqual(second.subjectPublicKeyInfo);
    const signature = await second.signingKey.sign('SHA256WITHECDSA', BYTES);
    const signed = { publicKey: second.subjectPublicKeyInfo, bytes: BYTES, signature };
    expect(verifiesByOpenssl({ ...signed, algorithm: 'SHA256WITHECDSA' })).toBe(true);
    await first.discard();
    await second.discard();
  });
}

/**
 * Whether the openssl command accepts the signature under the public key (SubjectPublicKeyInfo,
 * DER).
 */
function verifiesByOpenssl(signed: {
  readonly publicKey: Uint8Array;
  readonly algorithm: SigningAlgorithm;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}): boolean {
  const directory = tempDirectory();
  const [keyFile, signatureFile] = ['key.pem', 'signature'].map((name) =>
    path.join(directory, name),
  ) as [string, string];
  writeFileSync(keyFile, encodePem('PUBLIC KEY', signed.publicKey));
  writeFileSync(signatureFile, signed.signature);
  const { digest, ...row } = SIGNING_ALGORITHMS[signed.algorithm];
  const padding =
    'saltLength' in row
      ? ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', `rsa_pss_saltlen:${row.saltLength}`]
      : [];
  const { stdout, error } = spawnSync(
    'openssl',
    ['dgst', `-${digest}`, '-verify', keyFile, '-signature', signatureFile, ...padding],
    { input: signed.bytes, encoding: 'utf8' },
  );
  if (error !== undefined) throw error;
  return stdout.trim() === 'Verified OK';
}
