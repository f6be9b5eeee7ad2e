import { randomBytes, verify } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { activateRoot } from '../../../../src/private-ca/activate-root.ts';
import { findAuthority } from '../../../../src/private-ca/authority/find-authority.ts';
import { createCaSigningKeys } from '../../../../src/private-ca/keys/ca-signing-keys.ts';
import { authorityIdOf } from '../../../../src/private-ca/model/private-ca-arns.ts';
import type { PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import {
  AUTHORITY_KEY,
  authorityKeys,
  authorityPartition,
} from '../../../../src/private-ca/records/authority-record.ts';
import { deleteEntry } from '../../../../src/store/collection.ts';
import { createSealer, SealError } from '../../../../src/store/seal.ts';
import { importPublicKey } from '../../../../src/x509/public-key.ts';
import { openTestPrivateCa, TEST_SCOPE } from '../../../support/servers/open-test-private-ca.ts';

let ca: PrivateCa;
let arn: string;
let id: string;

beforeEach(async () => {
  ca = openTestPrivateCa();
  arn = await activateRoot(ca, {
    name: 'keys',
    keyAlgorithm: 'EC_prime256v1',
    signingAlgorithm: 'SHA256WITHECDSA',
    subject: { CommonName: 'Keys' },
    validity: { Type: 'DAYS', Value: 1 },
  });
  id = authorityIdOf(TEST_SCOPE, arn);
});

describe('createCaSigningKeys', () => {
  it('opens a key once and signs with it', async () => {
    let reads = 0;
    const get: typeof ca.store.get = (...place) => {
      reads += 1;
      return ca.store.get(...place);
    };
    const keys = createCaSigningKeys({ ...ca, store: { ...ca.store, get } });
    const [first, second] = await Promise.all([keys.get(id), keys.get(id)]);
    expect(first).toBe(second);
    expect(reads).toBe(1);
    const bytes = Buffer.from('to be signed');
    const signature = await first.sign('SHA256WITHECDSA', bytes);
    const { value } = await findAuthority(ca, arn);
    const publicKey = importPublicKey(value.subjectPublicKeyInfo);
    expect(verify('sha256', bytes, publicKey, signature)).toBe(true);
  });

  it('exposes nothing of the key', async () => {
    const key = await ca.signingKeys.get(id);
    expect(Object.keys(key)).toEqual(['sign']);
  });

  it('tries again after the store has failed', async () => {
    let fails = true;
    const get: typeof ca.store.get = (...place) =>
      fails ? Promise.reject(new Error('away')) : ca.store.get(...place);
    const keys = createCaSigningKeys({ ...ca, store: { ...ca.store, get } });
    await expect(keys.get(id)).rejects.toThrow('away');
    fails = false;
    await expect(keys.get(id)).resolves.toBeDefined();
  });

  it('drops the key of an authority that was deleted for good, and no other', async () => {
    await ca.signingKeys.get(id);
    await ca.signingKeys.forgetDeleted();
    await expect(ca.signingKeys.get(id)).resolves.toBeDefined();
    await ca.store.commit(authorityPartition(id), [deleteEntry(authorityKeys, AUTHORITY_KEY)]);
    await ca.signingKeys.forgetDeleted();
    await expect(ca.signingKeys.get(id)).rejects.toThrow('has no key');
  });

  it('opens neither a key under another master key nor a missing one', async () => {
    const sealer = createSealer(randomBytes(32));
    const keys = createCaSigningKeys({ ...ca, sealer });
    await expect(keys.get(id)).rejects.toThrow(SealError);
    await expect(ca.signingKeys.get('unknown')).rejects.toThrow('has no key');
  });
});
