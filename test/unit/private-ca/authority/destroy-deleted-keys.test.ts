import { beforeEach, describe, expect, it } from 'vitest';
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

const DAY = 86_400_000;
const HOUR = 3_600_000;

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
  it('leaves the key of an authority that is in use, or can be restored', async () => {
    await destroyDeletedKeys(ca, token);
    await deleteAuthority();
    now += 7 * DAY - 1;
    await destroyDeletedKeys(ca, token);
    expect(token.keys.size).toBe(1);
    await ACTIONS.RestoreCertificateAuthority(ca, { CertificateAuthorityArn });
    now += 30 * DAY;
    await destroyDeletedKeys(ca, token);
    expect(token.keys.size).toBe(1);
  });

  it('destroys the key an hour after its authority is gone for good', async () => {
    await deleteAuthority();
    now += 7 * DAY + HOUR - 1;
    await destroyDeletedKeys(ca, token);
    expect(token.keys.size).toBe(1);
    now += 1;
    await destroyDeletedKeys(ca, token);
    expect(token.keys.size).toBe(0);
    expect(await keyOf(CertificateAuthorityArn)).toBeUndefined();
  });

  it('begins again when it was cut short', async () => {
    await deleteAuthority();
    now += 8 * DAY;
    const commit = () => Promise.reject(new Error('killed'));
    const dying = { ...ca, store: { ...ca.store, commit } };
    await expect(destroyDeletedKeys(dying, token)).rejects.toThrow('killed');
    expect(token.keys.size).toBe(0);
    await expect(destroyDeletedKeys(ca, token)).resolves.toBeUndefined();
  });

  it('destroys what lost to another key of the authority', async () => {
    const id = CertificateAuthorityArn.slice(-36);
    const { record } = await token.generate(id, 'EC_prime256v1');
    expect(token.keys.size).toBe(2);
    await destroyDeletedKeys(ca, token);
    expect(token.keys.has(record.keyId)).toBe(false);
    expect(token.keys.size).toBe(1);
  });

  it('leaves keys of which this store knows nothing', async () => {
    const elsewhere = openTestPrivateCa({ clock: () => now + 365 * DAY, tokenKeys: token });
    await destroyDeletedKeys(elsewhere, token);
    expect(token.keys.size).toBe(1);
  });

  it('does nothing without a token', async () => {
    await expect(destroyDeletedKeys(ca, undefined)).resolves.toBeUndefined();
  });
});
