import { beforeEach, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../../src/private-ca/activate-root.ts';
import { sweepDeletedAuthorities } from '../../../../src/private-ca/authority/sweep-deleted-authorities.ts';
import { openPrivateCa, type PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import { AUTHORITY_COLLECTIONS } from '../../../../src/private-ca/records/authority-collections.ts';
import { authorityPartition } from '../../../../src/private-ca/records/authority-record.ts';
import type { RecordStore } from '../../../../src/store/record-store.ts';
import { openTestPrivateCa } from '../../../support/servers/open-test-private-ca.ts';

let now: number;
let ca: PrivateCa;
let CertificateAuthorityArn: string;

beforeEach(async () => {
  now = Date.parse('2026-06-01T00:00:00Z');
  ca = openTestPrivateCa({ clock: () => now });
  CertificateAuthorityArn = await activateRoot(ca, {
    name: 'root',
    keyAlgorithm: 'EC_prime256v1',
    signingAlgorithm: 'SHA256WITHECDSA',
    subject: { CommonName: 'Root' },
    validity: { Type: 'YEARS', Value: 5 },
  });
  const Tags = [{ Key: 'kept', Value: 'until the end' }];
  await ACTIONS.TagCertificateAuthority(ca, { CertificateAuthorityArn, Tags });
});

async function deleteAuthority() {
  await ACTIONS.UpdateCertificateAuthority(ca, { CertificateAuthorityArn, Status: 'DISABLED' });
  const PermanentDeletionTimeInDays = 7;
  await ACTIONS.DeleteCertificateAuthority(ca, {
    CertificateAuthorityArn,
    PermanentDeletionTimeInDays,
  });
}

/**
 * The collections with remains of the authority, in its own partition and in the indexes that name
 * it.
 */
async function leftovers(): Promise<string[]> {
  const partition = authorityPartition(CertificateAuthorityArn.slice(-36));
  const places = [
    ...AUTHORITY_COLLECTIONS.map((collection) => [partition, collection] as const),
    ['ca-index-123456789012-us-east-1', 'authorities'] as const,
    ['issuer-keys', 'issuer-keys'] as const,
    ['deleted-authorities', 'notes'] as const,
  ];
  const left: string[] = [];
  for (const [where, collection] of places) {
    if ((await ca.store.list(where, collection, { limit: 1 })).length > 0) left.push(collection);
  }
  return left;
}

it('removes the remains of an authority an hour after it is gone for good', async () => {
  await deleteAuthority();
  now += 7 * DAY_MS + HOUR_MS - 1;
  await sweepDeletedAuthorities(ca);
  expect(await leftovers()).toEqual(
    expect.arrayContaining(['authority-tags', 'certificates', 'authorities', 'issuer-keys']),
  );
  now += 1;
  await sweepDeletedAuthorities(ca);
  expect(await leftovers()).toEqual([]);
});

it('keeps a restored authority, and sweeps it after it is deleted again', async () => {
  await deleteAuthority();
  now += 6 * DAY_MS;
  await ACTIONS.RestoreCertificateAuthority(ca, { CertificateAuthorityArn });
  now += 2 * DAY_MS;
  const before = await leftovers();
  await sweepDeletedAuthorities(ca);
  expect(await leftovers()).toEqual(before.filter((name) => name !== 'notes'));
  await ACTIONS.DeleteCertificateAuthority(ca, { CertificateAuthorityArn });
  now += 31 * DAY_MS;
  await sweepDeletedAuthorities(ca);
  expect(await leftovers()).toEqual([]);
});

it('removes the remains of an authority that never had a key', async () => {
  const { CertificateAuthorityArn: arn } = await ACTIONS.CreateCertificateAuthority(
    openPrivateCa({ ...ca, newKeysInToken: true }),
    {
      CertificateAuthorityType: 'ROOT',
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: 'EC_prime256v1',
        SigningAlgorithm: 'SHA256WITHECDSA',
        Subject: { CommonName: 'Never' },
      },
    },
  );
  const tags = () =>
    ca.store.list(authorityPartition(arn.slice(-36)), 'authority-tags', { limit: 1 });
  const stored = await ca.store.get(authorityPartition(arn.slice(-36)), 'authority', 'authority');
  const failed = { ...JSON.parse(stored?.value ?? '{}'), status: 'FAILED' } as object;
  const value = JSON.stringify(failed);
  const write = { kind: 'put', collection: 'authority', key: 'authority', value } as const;
  await ca.store.commit(authorityPartition(arn.slice(-36)), [write]);
  await ACTIONS.DeleteCertificateAuthority(ca, { CertificateAuthorityArn: arn });
  await sweepDeletedAuthorities(ca);
  expect(await tags()).toHaveLength(1);
  now += HOUR_MS;
  await sweepDeletedAuthorities(ca);
  expect(await tags()).toEqual([]);
});

it('continues after an interruption, and may run twice simultaneously', async () => {
  await deleteAuthority();
  now += 8 * DAY_MS;
  let commits = 0;
  const commit: RecordStore['commit'] = async (...call) => {
    commits += 1;
    if (commits === 2) throw new Error('killed');
    return ca.store.commit(...call);
  };
  const dying = openPrivateCa({ ...ca, store: { ...ca.store, commit } });
  await expect(sweepDeletedAuthorities(dying)).rejects.toThrow('killed');
  expect(await leftovers()).not.toEqual([]);
  await Promise.all([sweepDeletedAuthorities(ca), sweepDeletedAuthorities(ca)]);
  expect(await leftovers()).toEqual([]);
});
