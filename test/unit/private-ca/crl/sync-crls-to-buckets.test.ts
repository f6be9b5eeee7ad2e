import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { decodePem } from '../../../../src/asn1/pem.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { findAuthority } from '../../../../src/private-ca/authority/find-authority.ts';
import {
  BucketError,
  type PublishedFile,
} from '../../../../src/private-ca/buckets/object-store.ts';
import { currentCrl } from '../../../../src/private-ca/crl/crls.ts';
import { createSyncCrlsToBuckets } from '../../../../src/private-ca/crl/sync-crls-to-buckets.ts';
import { KeyStoreError } from '../../../../src/private-ca/keys/key-store.ts';
import type { RevocationConfiguration } from '../../../../src/private-ca/model/revocation-configuration.ts';
import { openPrivateCa, type PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import {
  CRL_BUCKETS_PARTITION,
  crlBucketAuthorities,
  noteCrlBucket,
} from '../../../../src/private-ca/revocation/crl-bucket.ts';
import { getEntry } from '../../../../src/store/collection.ts';
import { StoreUnavailableError } from '../../../../src/store/record-store.ts';
import { parseCertificate } from '../../../../src/x509/parse-certificate.ts';
import { parseCrl } from '../../../../src/x509/parse-crl.ts';
import { fakeTokenKeys } from '../../../support/fakes/fake-token-keys.ts';
import { interruptible } from '../../../support/fakes/interruptible-store.ts';
import { openFakeBuckets } from '../../../support/fakes/open-fake-buckets.ts';
import { ROOT_INPUT } from '../../../support/servers/create-test-authority.ts';
import { certifyTestRoot } from '../../../support/servers/issuing-ca.ts';
import { issueTestCertificate, openRevokingCa } from '../../../support/servers/open-revoking-ca.ts';

const time = { now: 0 };
let fake: ReturnType<typeof openFakeBuckets>;
let ca: PrivateCa;
let arn: string;
let failures: string[];
let syncCrlsToBuckets: () => Promise<void>;

beforeEach(async () => {
  time.now = Date.parse('2026-06-01T12:00:00Z');
  fake = openFakeBuckets();
  failures = [];
  const opened = await openRevokingCa(() => time.now);
  arn = opened.arn;
  ca = openPrivateCa({ ...opened.ca, buckets: fake.buckets });
  syncCrlsToBuckets = createSyncCrlsToBuckets({ ...ca, buckets: fake.buckets }, (failed, bucket) =>
    failures.push(`${failed} ${bucket}`),
  );
});

const update = (CrlConfiguration: RevocationConfiguration['CrlConfiguration']) =>
  ACTIONS.UpdateCertificateAuthority(ca, {
    CertificateAuthorityArn: arn,
    RevocationConfiguration: { CrlConfiguration },
  });

async function revoke(serial: string): Promise<void> {
  await ACTIONS.RevokeCertificate(ca, {
    CertificateAuthorityArn: arn,
    CertificateSerial: serial,
    RevocationReason: 'SUPERSEDED',
  });
}

async function revokeOne(): Promise<string> {
  const serial = await issueTestCertificate(ca, arn);
  await revoke(serial);
  return serial;
}

async function deleteAuthority(): Promise<void> {
  const own = { CertificateAuthorityArn: arn };
  await ACTIONS.UpdateCertificateAuthority(ca, { ...own, Status: 'DISABLED' });
  await ACTIONS.DeleteCertificateAuthority(ca, own);
}

const idOf = () => arn.slice(-36);
const fileAt = (path: string) => fake.files.get(path) as PublishedFile | undefined;
const serialsAt = (path: string) =>
  parseCrl(fileAt(path)?.content ?? Buffer.alloc(0)).revoked.map(({ serialNumber }) =>
    Buffer.from(serialNumber).toString('hex').replace(/^0+/, ''),
  );
const bare = (serial: string) => serial.replace(/^0+/, '');

async function distributionPointOf(serial: string): Promise<string> {
  const { Certificate } = await ACTIONS.GetCertificate(ca, {
    CertificateAuthorityArn: arn,
    CertificateArn: `${arn}/certificate/${serial}`,
  });
  const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE', Certificate);
  const { extensions } = parseCertificate(der);
  const points = extensions.find(({ oid }) => oid === OID.cRLDistributionPoints);
  return Buffer.from(points?.value ?? []).toString('latin1');
}

describe('the CRL of an authority with a bucket', () => {
  it('is put where its certificates say, and again after a revocation', async () => {
    await update({ Enabled: true, S3BucketName: 'crls', S3ObjectAcl: 'BUCKET_OWNER_FULL_CONTROL' });
    const path = `crls/crl/${idOf()}.crl`;
    await syncCrlsToBuckets();
    expect(fileAt(path)).toMatchObject({
      contentType: 'application/pkix-crl',
      acl: 'BUCKET_OWNER_FULL_CONTROL',
    });
    expect(serialsAt(path)).toEqual([]);
    const serial = await revokeOne();
    expect(await distributionPointOf(serial)).toContain(
      `http://crls.s3.eu-central-1.amazonaws.com/crl/${idOf()}.crl`,
    );
    await syncCrlsToBuckets();
    expect(serialsAt(path)).toEqual([bare(serial)]);
    expect(failures).toEqual([]);
  });

  it('is put once while nothing changes, and again half way to its nextUpdate', async () => {
    await update({ Enabled: true, S3BucketName: 'crls', ExpirationInDays: 2 });
    const path = `crls/crl/${idOf()}.crl`;
    await syncCrlsToBuckets();
    fake.files.clear();
    time.now += MINUTE_MS;
    await syncCrlsToBuckets();
    expect(fake.files.size).toBe(0);
    time.now += DAY_MS;
    await syncCrlsToBuckets();
    expect([...fake.files.keys()]).toEqual([path]);
  });

  it('moves when its configuration changes', async () => {
    await update({ Enabled: true, S3BucketName: 'crls' });
    await syncCrlsToBuckets();
    await update({ Enabled: true, S3BucketName: 'others', CustomPath: 'a/b' });
    await syncCrlsToBuckets();
    expect(fileAt(`others/a/b/${idOf()}.crl`)).toBeDefined();
    fake.files.clear();
    await update({ Enabled: false });
    await revokeOne();
    time.now += 2 * HOUR_MS;
    await syncCrlsToBuckets();
    expect(fake.files.size).toBe(0);
  });

  it('is put again when its ACL changes', async () => {
    await update({ Enabled: true, S3BucketName: 'crls' });
    await syncCrlsToBuckets();
    await update({ Enabled: true, S3BucketName: 'crls', S3ObjectAcl: 'BUCKET_OWNER_FULL_CONTROL' });
    await syncCrlsToBuckets();
    expect(fileAt(`crls/crl/${idOf()}.crl`)?.acl).toBe('BUCKET_OWNER_FULL_CONTROL');
  });

  it('stays where certificates look for it until the last one has expired, whatever is configured', async () => {
    await update({ Enabled: true, S3BucketName: 'crls' });
    const complete = await issueTestCertificate(ca, arn, 10);
    await update({ Enabled: true, S3BucketName: 'crls', CrlType: 'PARTITIONED' });
    const partitioned = await issueTestCertificate(ca, arn, 20);
    await update({ Enabled: true, S3BucketName: 'others', CustomCname: 'crl.example' });
    const revoked = await revokeOne();
    await update({ Enabled: false });
    time.now += 2 * HOUR_MS;
    for (const serial of [complete, partitioned]) await revoke(serial);
    await syncCrlsToBuckets();
    const all = [complete, partitioned, revoked].map(bare).toSorted();
    expect(serialsAt(`crls/crl/${idOf()}.crl`).toSorted()).toEqual(all);
    expect(serialsAt(`others/crl/${idOf()}.crl`).toSorted()).toEqual(all);
    const ofPartition = `crls/crl/${idOf()}-${partitioned.slice(0, 2)}.crl`;
    expect(serialsAt(ofPartition)).toContain(bare(partitioned));
    time.now += 12 * DAY_MS;
    fake.files.clear();
    await syncCrlsToBuckets();
    expect(fake.files.has(`crls/crl/${idOf()}.crl`)).toBe(false);
    expect(fake.files.has(ofPartition)).toBe(true);
    time.now += 20 * DAY_MS;
    fake.files.clear();
    await syncCrlsToBuckets();
    expect(fake.files.size).toBe(0);
  });

  it('stays there while a clock is ahead for some time', async () => {
    await update({ Enabled: true, S3BucketName: 'crls' });
    const serial = await issueTestCertificate(ca, arn);
    await update({ Enabled: false });
    time.now += 3 * 365 * DAY_MS;
    await syncCrlsToBuckets();
    time.now -= 3 * 365 * DAY_MS;
    await revoke(serial);
    await syncCrlsToBuckets();
    expect(serialsAt(`crls/crl/${idOf()}.crl`)).toEqual([bare(serial)]);
  });

  it('goes into one bucket while another refuses it', async () => {
    await update({ Enabled: true, S3BucketName: 'crls' });
    await issueTestCertificate(ca, arn);
    await update({ Enabled: true, S3BucketName: 'others' });
    fake.fail = (_key, bucket) =>
      bucket === 'crls' ? new BucketError('refused', 'S3: as the test has it') : undefined;
    await syncCrlsToBuckets();
    expect(failures).toEqual([`${arn} crls`]);
    expect(fileAt(`others/crl/${idOf()}.crl`)).toBeDefined();
  });

  it('is put once per partition when it is partitioned', async () => {
    await update({ Enabled: true, S3BucketName: 'crls', CrlType: 'PARTITIONED' });
    const serial = await revokeOne();
    fake.files.clear();
    await syncCrlsToBuckets();
    expect(fake.files.size).toBe(256);
    expect(serialsAt(`crls/crl/${idOf()}-${serial.slice(0, 2)}.crl`)).toEqual([bare(serial)]);
  });

  it.each([
    ['has expired', 6 * 365, () => Promise.resolve()],
    ['is deleted', 5, deleteAuthority],
  ])(
    'is checked every quarter of an hour when its authority %s, without reads per partition in between',
    async (_, days, end) => {
      await update({ Enabled: true, S3BucketName: 'crls', CrlType: 'PARTITIONED' });
      await syncCrlsToBuckets();
      await end();
      time.now += days * DAY_MS;
      await syncCrlsToBuckets();
      fake.files.clear();
      const store = interruptible(ca.store);
      const syncWithCount = createSyncCrlsToBuckets(
        { ...openPrivateCa({ ...ca, store }), buckets: fake.buckets },
        () => undefined,
      );
      time.now += 14 * MINUTE_MS;
      await syncWithCount();
      expect(store.calls).toBeLessThan(10);
      time.now += MINUTE_MS;
      await syncWithCount();
      expect(fake.files.size).toBe(256);
    },
  );

  it('is put again a quarter of an hour after the bucket has refused it', async () => {
    await update({ Enabled: true, S3BucketName: 'crls' });
    fake.files.clear();
    fake.fail = () => new BucketError('refused', 'S3: as the test has it');
    await syncCrlsToBuckets();
    await syncCrlsToBuckets();
    expect(failures).toEqual([`${arn} crls`]);
    fake.fail = () => undefined;
    time.now += 14 * MINUTE_MS;
    await syncCrlsToBuckets();
    expect(fake.files.size).toBe(0);
    time.now += MINUTE_MS;
    await syncCrlsToBuckets();
    expect(fake.files.size).toBe(1);
  });

  it('is put again immediately when something other than the bucket failed, or the clock was wrong', async () => {
    await update({ Enabled: true, S3BucketName: 'crls' });
    fake.files.clear();
    const { list } = ca.store;
    Object.assign(ca.store, {
      list: (...[partition, collection, page]: Parameters<typeof list>) =>
        collection === 'lists-in-buckets'
          ? Promise.reject(new StoreUnavailableError('as the test has it'))
          : list(partition, collection, page),
    });
    await syncCrlsToBuckets();
    Object.assign(ca.store, { list });
    await syncCrlsToBuckets();
    expect(fake.files.size).toBe(1);
    fake.files.clear();
    time.now += 365 * DAY_MS;
    fake.fail = () => new BucketError('unavailable', 'S3: as the test has it');
    await syncCrlsToBuckets();
    fake.fail = () => undefined;
    time.now -= 300 * DAY_MS;
    await syncCrlsToBuckets();
    expect(fake.files.size).toBe(1);
  });

  it.each([
    ['with', true],
    ['without', false],
  ])(
    'is the latest %s conditional writes, although an older one was delayed',
    async (_, isConditional) => {
      await update({ Enabled: true, S3BucketName: 'crls' });
      await syncCrlsToBuckets();
      const [first, second] = [await revokeOne(), { serial: '' }];
      fake.isConditional = isConditional;
      fake.onItsWay = async () => {
        fake.onItsWay = () => Promise.resolve();
        second.serial = await revokeOne();
        await createSyncCrlsToBuckets(
          { ...openPrivateCa(ca), buckets: fake.buckets },
          () => undefined,
        )();
      };
      await syncCrlsToBuckets();
      if (!isConditional) await syncCrlsToBuckets();
      expect(serialsAt(`crls/crl/${idOf()}.crl`).toSorted()).toEqual(
        [bare(first), bare(second.serial)].toSorted(),
      );
    },
  );
});

describe('an older CRL that a delayed process puts into the bucket before it dies', () => {
  /** Returns the serial numbers that the CRL in the bucket should name after the death. */
  async function afterDeath(isConditional: boolean) {
    await update({ Enabled: true, S3BucketName: 'crls' });
    await syncCrlsToBuckets();
    const serials = [await revokeOne()];
    fake.isConditional = isConditional;
    fake.onItsWay = async () => {
      fake.onItsWay = () => Promise.resolve();
      serials.push(await revokeOne());
      await syncCrlsToBuckets();
    };
    const commit: typeof ca.store.commit = (partition, writes) =>
      serials.length > 1 ? Promise.reject(new Error('killed')) : ca.store.commit(partition, writes);
    const dying = openPrivateCa({ ...ca, store: { ...ca.store, commit } });
    await createSyncCrlsToBuckets({ ...dying, buckets: fake.buckets }, () => undefined)();
    return serials.map(bare).toSorted();
  }
  const named = () => serialsAt(`crls/crl/${idOf()}.crl`).toSorted();

  it('does not replace a newer one', async () => {
    expect(await afterDeath(true)).toEqual(named());
  });

  it('stays for a quarter of an hour when the bucket has no conditional writes', async () => {
    const serials = await afterDeath(false);
    expect(named()).toHaveLength(1);
    time.now += 14 * MINUTE_MS;
    await syncCrlsToBuckets();
    expect(named()).toHaveLength(1);
    time.now += MINUTE_MS;
    await syncCrlsToBuckets();
    expect(named()).toEqual(serials);
  });
});

describe('a bucket that refuses CRLs', () => {
  it('makes UpdateCertificateAuthority and CreateCertificateAuthority fail and change nothing', async () => {
    fake.fail = (key) =>
      key === 'acm-pca-permission-test-key'
        ? new BucketError('refused', 'S3: as the test has it')
        : undefined;
    const CrlConfiguration = { Enabled: true, S3BucketName: 'crls' };
    await expect(update(CrlConfiguration)).rejects.toMatchObject({ code: 'ValidationException' });
    const { value } = await findAuthority(ca, arn);
    expect(value.revocation?.CrlConfiguration?.Enabled).not.toBe(true);
    const creating = ACTIONS.CreateCertificateAuthority(ca, {
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: 'EC_prime256v1',
        SigningAlgorithm: 'SHA256WITHECDSA',
        Subject: { CommonName: 'Refused' },
      },
      CertificateAuthorityType: 'ROOT',
      RevocationConfiguration: { CrlConfiguration },
    });
    await expect(creating).rejects.toMatchObject({ code: 'ValidationException' });
    const listed = await ACTIONS.ListCertificateAuthorities(ca, {});
    expect(listed.CertificateAuthorities).toHaveLength(1);
  });
});

describe('an authority that is recorded for CRL buckets', () => {
  it('keeps its complete CRL for SCEP, whatever happens to the bucket', async () => {
    await update({ Enabled: true, S3BucketName: 'crls' });
    fake.fail = () => new BucketError('unavailable', 'S3: as the test has it');
    const serial = await revokeOne();
    await syncCrlsToBuckets();
    const der = (await currentCrl(ca, arn)) ?? Buffer.alloc(0);
    expect(parseCrl(der).revoked).toHaveLength(1);
    expect(serial).toHaveLength(32);
  });

  it('gets its CRL into the bucket although making its key took longer than an hour', async () => {
    const away = () => Promise.reject(new KeyStoreError('unavailable', 'away'));
    const tokenKeys = { ...fakeTokenKeys(), generate: away };
    const waiting = openPrivateCa({ ...ca, tokenKeys, newKeysInToken: true });
    const CrlConfiguration = { Enabled: true, S3BucketName: 'crls' };
    ({ CertificateAuthorityArn: arn } = await ACTIONS.CreateCertificateAuthority(waiting, {
      ...ROOT_INPUT,
      RevocationConfiguration: { CrlConfiguration },
    }));
    await waiting.creation.settled();
    time.now += 61 * MINUTE_MS;
    await syncCrlsToBuckets();
    await ca.creation.finish(idOf());
    await certifyTestRoot(ca, arn);
    await syncCrlsToBuckets();
    expect(fileAt(`crls/crl/${idOf()}.crl`)).toBeDefined();
  });

  it('is forgotten when it does not exist within an hour', async () => {
    const id = randomUUID();
    const RevocationConfiguration = { CrlConfiguration: { Enabled: true, S3BucketName: 'crls' } };
    await noteCrlBucket(ca, id, RevocationConfiguration);
    const note = () => getEntry(ca.store, CRL_BUCKETS_PARTITION, crlBucketAuthorities, id);
    await syncCrlsToBuckets();
    expect(await note()).toBeDefined();
    time.now += 61 * MINUTE_MS;
    await syncCrlsToBuckets();
    expect(await note()).toBeUndefined();
  });
});
