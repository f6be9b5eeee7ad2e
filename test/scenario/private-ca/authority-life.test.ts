import { beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/durations.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../src/private-ca/activate-root.ts';
import type { AuthorityStatus } from '../../../src/private-ca/authority/authority-status.ts';
import { openPrivateCa, type PrivateCa } from '../../../src/private-ca/private-ca.ts';
import {
  AUTHORITY_KEY,
  authorities,
  authorityKeys,
  authorityPartition,
} from '../../../src/private-ca/records/authority-record.ts';
import { getEntry, putEntry } from '../../../src/store/collection.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { crashingStore } from '../../support/fakes/crashing-store.ts';
import { createTestAuthority, ROOT_INPUT } from '../../support/servers/create-test-authority.ts';
import { openTestPrivateCa } from '../../support/servers/open-test-private-ca.ts';

let time: { now: number };
let ca: PrivateCa;

beforeEach(() => {
  time = { now: Date.now() };
  ca = openTestPrivateCa({ clock: () => time.now });
});

type Arn = Awaited<ReturnType<typeof createTestAuthority>>;

async function activeRoot(): Promise<Arn> {
  const CertificateAuthorityArn = await activateRoot(ca, {
    name: 'life',
    keyAlgorithm: 'EC_prime256v1',
    signingAlgorithm: 'SHA256WITHECDSA',
    subject: { CommonName: 'Life' },
    validity: { Type: 'DAYS', Value: 365 },
  });
  return { CertificateAuthorityArn };
}

async function describeAuthority(arn: Arn) {
  return (await ACTIONS.DescribeCertificateAuthority(ca, arn)).CertificateAuthority;
}

async function statusOf(arn: Arn): Promise<string> {
  return (await describeAuthority(arn)).Status;
}

function update(arn: Arn, changes: object) {
  return ACTIONS.UpdateCertificateAuthority(ca, { ...arn, ...changes });
}

function partitionOf({ CertificateAuthorityArn }: Arn): string {
  return authorityPartition(CertificateAuthorityArn.slice(-36));
}

/** Holds commits back until `release` is called, so that another call can commit first. */
function holdCommit(store: RecordStore) {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const held: RecordStore = {
    ...store,
    async commit(...args) {
      await released;
      return store.commit(...args);
    },
  };
  return { held, release };
}

describe('UpdateCertificateAuthority', () => {
  it('disables and enables, and keeps what the input leaves out', async () => {
    const arn = await activeRoot();
    const before = await describeAuthority(arn);
    time.now += 1_000;
    const OcspConfiguration = { Enabled: true, OcspCustomCname: 'ocsp.example' };
    await update(arn, { RevocationConfiguration: { OcspConfiguration } });
    await update(arn, { Status: 'DISABLED' });
    const disabled = await describeAuthority(arn);
    expect(disabled).toMatchObject({
      Status: 'DISABLED',
      LastStateChangeAt: new Date(time.now),
      RevocationConfiguration: { CrlConfiguration: { Enabled: false }, OcspConfiguration },
    });
    expect(disabled.CreatedAt).toEqual(before.CreatedAt);
    const CrlConfiguration = { Enabled: true, S3BucketName: 'bucket', ExpirationInDays: 3 };
    await update(arn, { Status: 'ACTIVE', RevocationConfiguration: { CrlConfiguration } });
    expect(await describeAuthority(arn)).toMatchObject({
      Status: 'ACTIVE',
      RevocationConfiguration: { CrlConfiguration, OcspConfiguration },
    });
    await update(arn, { RevocationConfiguration: { CrlConfiguration: { Enabled: false } } });
    expect((await describeAuthority(arn)).RevocationConfiguration.CrlConfiguration).toEqual({
      Enabled: false,
    });
  });

  it('refuses other statuses, and an authority that is neither ACTIVE nor DISABLED', async () => {
    const arn = await activeRoot();
    await expect(update(arn, { Status: 'EXPIRED' })).rejects.toMatchObject({
      code: 'InvalidArgsException',
    });
    const pending = await createTestAuthority(ca);
    await expect(update(pending, { Status: 'DISABLED' })).rejects.toMatchObject({
      code: 'InvalidStateException',
      message: 'The certificate authority must be in the ACTIVE or DISABLED state to be updated',
    });
    time.now += 366 * DAY_MS;
    await expect(update(arn, { Status: 'DISABLED' })).rejects.toMatchObject({
      code: 'InvalidStateException',
    });
  });

  it('configures the revocation of an authority that has no certificate yet', async () => {
    const arn = await createTestAuthority(ca);
    const OcspConfiguration = { Enabled: true, OcspCustomCname: 'ocsp.example' };
    await update(arn, { RevocationConfiguration: { OcspConfiguration } });
    expect(await describeAuthority(arn)).toMatchObject({
      Status: 'PENDING_CERTIFICATE',
      RevocationConfiguration: { CrlConfiguration: { Enabled: false }, OcspConfiguration },
    });
    const both = update(arn, { RevocationConfiguration: { OcspConfiguration }, Status: 'ACTIVE' });
    await expect(both).rejects.toMatchObject({ code: 'InvalidStateException' });
    await expect(update(arn, {})).rejects.toMatchObject({ code: 'InvalidStateException' });
    await ACTIONS.DeleteCertificateAuthority(ca, arn);
    const deleted = update(arn, { RevocationConfiguration: { OcspConfiguration } });
    await expect(deleted).rejects.toMatchObject({ code: 'InvalidStateException' });
  });

  it('lets one of several changes at once win, and answers the others with ConcurrentModificationException', async () => {
    const arn = await activeRoot();
    await update(arn, { Status: 'DISABLED' });
    const { held, release } = holdCommit(ca.store);
    const slow = openPrivateCa({ ...ca, store: held });
    const late = ACTIONS.DeleteCertificateAuthority(slow, arn);
    const outcome = expect(late).rejects.toMatchObject({ code: 'ConcurrentModificationException' });
    await update(arn, { Status: 'ACTIVE' });
    release();
    await outcome;
    expect(await statusOf(arn)).toBe('ACTIVE');
    const { Certificate } = await ACTIONS.GetCertificateAuthorityCertificate(ca, arn);
    const input = { ...arn, Certificate: Buffer.from(Certificate) };
    const imports = [1, 2, 3].map(() => ACTIONS.ImportCertificateAuthorityCertificate(ca, input));
    const outcomes = await Promise.allSettled(imports);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('DeleteCertificateAuthority and RestoreCertificateAuthority', () => {
  it('keep a pending authority for 30 days, then remove it with its key', async () => {
    const arn = await createTestAuthority(ca);
    await ACTIONS.DeleteCertificateAuthority(ca, arn);
    expect(await describeAuthority(arn)).toMatchObject({
      Status: 'DELETED',
      RestorableUntil: new Date(time.now + 30 * DAY_MS),
    });
    time.now += 30 * DAY_MS - 1;
    await ACTIONS.RestoreCertificateAuthority(ca, arn);
    const restored = await describeAuthority(arn);
    expect(restored.Status).toBe('PENDING_CERTIFICATE');
    expect(restored).not.toHaveProperty('RestorableUntil');
    const kept = await getEntry(ca.store, partitionOf(arn), authorityKeys, AUTHORITY_KEY);
    expect(kept?.expiresAt).toBeUndefined();
    await ACTIONS.DeleteCertificateAuthority(ca, { ...arn, PermanentDeletionTimeInDays: 7 });
    time.now += 7 * DAY_MS;
    for (const action of [
      ACTIONS.DescribeCertificateAuthority,
      ACTIONS.RestoreCertificateAuthority,
    ]) {
      await expect(action(ca, arn)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    }
    expect(await getEntry(ca.store, partitionOf(arn), authorityKeys, AUTHORITY_KEY)).toBe(
      undefined,
    );
    expect(await ACTIONS.ListCertificateAuthorities(ca, {})).toEqual({
      CertificateAuthorities: [],
    });
  });

  it('refuse an ACTIVE authority, and restore a DISABLED one as it was', async () => {
    const arn = await activeRoot();
    await expect(ACTIONS.DeleteCertificateAuthority(ca, arn)).rejects.toMatchObject({
      code: 'InvalidStateException',
      message: 'The certificate authority is not in a valid state for deletion.',
    });
    await update(arn, { Status: 'DISABLED' });
    const before = await describeAuthority(arn);
    await ACTIONS.DeleteCertificateAuthority(ca, arn);
    await expect(ACTIONS.DeleteCertificateAuthority(ca, arn)).rejects.toMatchObject({
      code: 'InvalidStateException',
    });
    const deleted = ACTIONS.GetCertificateAuthorityCertificate(ca, arn);
    await expect(deleted).rejects.toMatchObject({ code: 'InvalidStateException' });
    await Promise.all([1, 2].map(() => ACTIONS.RestoreCertificateAuthority(ca, arn)));
    expect(await describeAuthority(arn)).toEqual(before);
    await expect(ACTIONS.RestoreCertificateAuthority(ca, arn)).rejects.toMatchObject({
      code: 'InvalidStateException',
    });
  });

  it('restore as EXPIRED what has expired meanwhile, and a new certificate makes it DISABLED', async () => {
    const arn = await activeRoot();
    await update(arn, { Status: 'DISABLED' });
    time.now += 360 * DAY_MS;
    await ACTIONS.DeleteCertificateAuthority(ca, arn);
    time.now += 20 * DAY_MS;
    expect(await statusOf(arn)).toBe('DELETED');
    await ACTIONS.RestoreCertificateAuthority(ca, arn);
    expect(await statusOf(arn)).toBe('EXPIRED');
    await renew(arn);
    expect(await statusOf(arn)).toBe('DISABLED');
  });

  it('delete a CREATING authority at once and for good, and its key is not stored', async () => {
    const arn = await ACTIONS.CreateCertificateAuthority(ca, ROOT_INPUT);
    await ACTIONS.DeleteCertificateAuthority(ca, arn);
    await ca.creation.settled();
    await expect(describeAuthority(arn)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    expect(await getEntry(ca.store, partitionOf(arn), authorityKeys, AUTHORITY_KEY)).toBe(
      undefined,
    );
  });

  it.each(['before', 'after'] as const)(
    'change everything or nothing when killed %s their commit',
    async (moment) => {
      const arn = await createTestAuthority(ca);
      // The first commit only schedules the removal of the authority.
      const dying = openPrivateCa({ ...ca, store: crashingStore(ca.store, 2, moment) });
      await expect(ACTIONS.DeleteCertificateAuthority(dying, arn)).rejects.toThrow('killed');
      expect(await statusOf(arn)).toBe(moment === 'before' ? 'PENDING_CERTIFICATE' : 'DELETED');
      const again = openPrivateCa({ ...ca, store: crashingStore(ca.store, 1, moment) });
      await ACTIONS.DeleteCertificateAuthority(ca, arn).catch(() => undefined);
      await expect(ACTIONS.RestoreCertificateAuthority(again, arn)).rejects.toThrow('killed');
      expect(await statusOf(arn)).toBe(moment === 'before' ? 'DELETED' : 'PENDING_CERTIFICATE');
    },
  );
});

async function renew(arn: Arn): Promise<void> {
  const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, arn);
  const { CertificateArn } = await ACTIONS.IssueCertificate(ca, {
    ...arn,
    Csr: Buffer.from(Csr),
    SigningAlgorithm: 'SHA256WITHECDSA',
    TemplateArn: 'arn:aws:acm-pca:::template/RootCACertificate/V1',
    Validity: { Type: 'DAYS', Value: 365 },
  });
  const { Certificate } = await ACTIONS.GetCertificate(ca, { ...arn, CertificateArn });
  await ACTIONS.ImportCertificateAuthorityCertificate(ca, {
    ...arn,
    Certificate: Buffer.from(Certificate),
  });
}

const PROGRESS = 'RequestInProgressException';
const STATE = 'InvalidStateException';
const NO_REFUSAL = 'no refusal';

/** The error code with which each action refuses each status; no entry where it is allowed. */
const TABLE: readonly [
  action: string,
  refusals: Readonly<Partial<Record<AuthorityStatus, string>>>,
][] = [
  ['DescribeCertificateAuthority', {}],
  [
    'GetCertificateAuthorityCsr',
    { CREATING: PROGRESS, FAILED: 'RequestFailedException', DELETED: STATE },
  ],
  [
    'GetCertificateAuthorityCertificate',
    { CREATING: STATE, PENDING_CERTIFICATE: STATE, FAILED: STATE, DELETED: STATE },
  ],
  [
    'ImportCertificateAuthorityCertificate',
    { CREATING: PROGRESS, DISABLED: STATE, FAILED: STATE, DELETED: STATE },
  ],
  [
    'UpdateCertificateAuthority',
    { CREATING: STATE, PENDING_CERTIFICATE: STATE, EXPIRED: STATE, FAILED: STATE, DELETED: STATE },
  ],
  ['DeleteCertificateAuthority', { ACTIVE: STATE, DELETED: STATE }],
  [
    'RestoreCertificateAuthority',
    {
      CREATING: STATE,
      PENDING_CERTIFICATE: STATE,
      ACTIVE: STATE,
      DISABLED: STATE,
      EXPIRED: STATE,
      FAILED: STATE,
    },
  ],
  ...['ListTags', 'TagCertificateAuthority', 'UntagCertificateAuthority'].map(
    (action) => [action, { DELETED: STATE }] as [string, { DELETED: string }],
  ),
  ...['ListPermissions', 'CreatePermission', 'DeletePermission'].map(
    (action) => [action, { DELETED: STATE }] as [string, { DELETED: string }],
  ),
  ...['GetPolicy', 'PutPolicy', 'DeletePolicy'].map(
    (action) => [action, { DELETED: STATE }] as [string, { DELETED: string }],
  ),
];

const STATUSES = [
  'CREATING',
  'PENDING_CERTIFICATE',
  'ACTIVE',
  'DISABLED',
  'EXPIRED',
  'FAILED',
  'DELETED',
] as const;

describe('the action', () => {
  const cells = TABLE.flatMap(([action, refusals]) =>
    STATUSES.map((status) => [action, status, refusals[status] ?? NO_REFUSAL] as const),
  );
  it.each(cells)('%s on an authority in the status %s gets %s', async (name, status, refusal) => {
    const arn = await authorityIn(status);
    expect(await statusOf(arn)).toBe(status);
    const action = ACTIONS[name as keyof typeof ACTIONS];
    const input = {
      ...arn,
      ResourceArn: arn.CertificateAuthorityArn,
      Certificate: Buffer.from('none'),
      Tags: [{ Key: 'a' }],
      Principal: 'acm.amazonaws.com',
      Actions: ['GetCertificate'],
      Policy: '{}',
    };
    const code = await action(ca, input).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    );
    if (refusal === NO_REFUSAL) expect([PROGRESS, STATE]).not.toContain(code);
    else expect(code).toBe(refusal);
  });
});

async function authorityIn(status: AuthorityStatus): Promise<Arn> {
  if (['ACTIVE', 'DISABLED', 'EXPIRED'].includes(status)) {
    const arn = await activeRoot();
    if (status === 'DISABLED') await update(arn, { Status: 'DISABLED' });
    if (status === 'EXPIRED') time.now += 366 * DAY_MS;
    return arn;
  }
  if (status === 'CREATING' || status === 'FAILED') {
    const noKeys = openPrivateCa(ca);
    const arn = await ACTIONS.CreateCertificateAuthority(noKeys, ROOT_INPUT);
    const entry = await getEntry(ca.store, partitionOf(arn), authorities, AUTHORITY_KEY);
    if (entry === undefined) throw new Error('no authority');
    // The changed record prevents that the key under generation is stored.
    const value = { ...entry.value, status } as typeof entry.value;
    await ca.store.commit(partitionOf(arn), [putEntry(authorities, AUTHORITY_KEY, value)]);
    await noKeys.creation.settled();
    return arn;
  }
  const arn = await createTestAuthority(ca);
  if (status === 'DELETED') await ACTIONS.DeleteCertificateAuthority(ca, arn);
  return arn;
}
