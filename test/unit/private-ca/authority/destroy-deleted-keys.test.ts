import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../../src/private-ca/activate-root.ts';
import { destroyDeletedKeys } from '../../../../src/private-ca/authority/destroy-deleted-keys.ts';
import type { PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import {
  AUTHORITY_KEY,
  authorityKeys,
  authorityPartition,
} from '../../../../src/private-ca/records/authority-record.ts';
import { getEntry } from '../../../../src/store/collection.ts';
import { type FakeTokenKeys, fakeTokenKeys } from '../../../support/fakes/fake-token-keys.ts';
import { openTestPrivateCa } from '../../../support/servers/open-test-private-ca.ts';

let now: number;
let token: FakeTokenKeys;
let ca: PrivateCa;
let CertificateAuthorityArn: string;

const keyOf = (arn: string) =>
  getEntry(ca.store, authorityPartition(arn.slice(-36)), authorityKeys, AUTHORITY_KEY);
const deleteAuthority = async () => {
  await ACTIONS.UpdateCertificateAuthority(ca, { CertificateAuthorityArn, Status: 'DISABLED' });
  await ACTIONS.DeleteCertificateAuthority(ca, {
    CertificateAuthorityArn,
    PermanentDeletionTimeInDays: 7,
  });
};

beforeEach(async () => {
  now = Date.parse('2026-06-01T00:00:00Z');
  token = fakeTokenKeys();
  ca = openTestPrivateCa({ clock: () => now, tokenKeys: token, newKeysInToken: true });
  CertificateAuthorityArn = await activateRoot(ca, {
    name: 'root',
    keyAlgorithm: 'EC_prime256v1',
    signingAlgorithm: 'SHA256WITHECDSA',
    subject: { CommonName: 'Root' },
    validity: { Type: 'YEARS', Value: 5 },
  });
});

describe('destroyDeletedKeys', () => {
  it('keeps the key of an authority that is in use or can be restored', async () => {
    await destroyDeletedKeys(ca, token);
    await deleteAuthority();
    now += 7 * DAY_MS - 1;
    await destroyDeletedKeys(ca, token);
    expect(token.keys.size).toBe(1);
    await ACTIONS.RestoreCertificateAuthority(ca, { CertificateAuthorityArn });
    now += 30 * DAY_MS;
    await destroyDeletedKeys(ca, token);
    expect(token.keys.size).toBe(1);
  });

  it('destroys the key an hour after its authority is gone for good', async () => {
    await deleteAuthority();
    now += 7 * DAY_MS + HOUR_MS - 1;
    await destroyDeletedKeys(ca, token);
    expect(token.keys.size).toBe(1);
    now += 1;
    await destroyDeletedKeys(ca, token);
    expect(token.keys.size).toBe(0);
    expect(await keyOf(CertificateAuthorityArn)).toBeUndefined();
  });

  it('starts over after an interruption', async () => {
    await deleteAuthority();
    now += 8 * DAY_MS;
    const commit = () => Promise.reject(new Error('killed'));
    const dying = { ...ca, store: { ...ca.store, commit } };
    await expect(destroyDeletedKeys(dying, token)).rejects.toThrow('killed');
    expect(token.keys.size).toBe(0);
    await expect(destroyDeletedKeys(ca, token)).resolves.toBeUndefined();
  });

  it('destroys a key when its authority kept another one', async () => {
    const id = CertificateAuthorityArn.slice(-36);
    const { record } = await token.generate(id, 'EC_prime256v1');
    expect(token.keys.size).toBe(2);
    await destroyDeletedKeys(ca, token);
    expect(token.keys.has(record.keyId)).toBe(false);
    expect(token.keys.size).toBe(1);
  });

  it('keeps keys that this store does not know', async () => {
    const elsewhere = openTestPrivateCa({ clock: () => now + 365 * DAY_MS, tokenKeys: token });
    await destroyDeletedKeys(elsewhere, token);
    expect(token.keys.size).toBe(1);
  });

  it('does nothing without a token', async () => {
    await expect(destroyDeletedKeys(ca, undefined)).resolves.toBeUndefined();
  });
});
