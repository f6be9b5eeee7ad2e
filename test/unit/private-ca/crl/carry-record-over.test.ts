import { expect, it } from 'vitest';
import { HOUR_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import type { PublishedFile } from '../../../../src/private-ca/buckets/object-store.ts';
import { carryRecordOver } from '../../../../src/private-ca/crl/carry-record-over.ts';
import { currentCrl } from '../../../../src/private-ca/crl/crls.ts';
import { createSyncCrlsToBuckets } from '../../../../src/private-ca/crl/sync-crls-to-buckets.ts';
import { openPrivateCa, type PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import { allRecords } from '../../../../src/store/archive/all-records.ts';
import { putRecords } from '../../../../src/store/archive/put-records.ts';
import { parseCrl } from '../../../../src/x509/parse-crl.ts';
import { openInMemoryRecordStore } from '../../../support/fakes/in-memory-record-store.ts';
import { openFakeBuckets } from '../../../support/fakes/open-fake-buckets.ts';
import { issueTestCertificate, openRevokingCa } from '../../../support/servers/open-revoking-ca.ts';

let now = Date.parse('2026-06-01T12:00:00Z');
const clock = () => now;

async function revoke(ca: PrivateCa, arn: string, serial: string): Promise<string> {
  await ACTIONS.RevokeCertificate(ca, {
    CertificateAuthorityArn: arn,
    CertificateSerial: serial,
    RevocationReason: 'SUPERSEDED',
  });
  return serial;
}

async function listedBy(ca: PrivateCa, arn: string): Promise<readonly string[]> {
  const crl = parseCrl((await currentCrl(ca, arn)) ?? Buffer.alloc(0));
  return crl.revoked.map(({ serialNumber }) =>
    Buffer.from(serialNumber).toString('hex').padStart(32, '0').slice(-32),
  );
}

it('signs a new CRL in a store whose versions begin again, and names every revocation before and after the move', async () => {
  const { ca, arn } = await openRevokingCa(clock);
  const valid = await issueTestCertificate(ca, arn);
  const revoked: string[] = [];
  for (let i = 0; i < 8; i += 1) {
    revoked.push(await revoke(ca, arn, await issueTestCertificate(ca, arn)));
    await listedBy(ca, arn);
  }
  const store = openInMemoryRecordStore(clock);
  for await (const records of allRecords(ca.store)) {
    await putRecords(store, records.map(carryRecordOver));
  }
  const moved = openPrivateCa({ ...ca, store });
  now += HOUR_MS;
  expect((await listedBy(moved, arn)).toSorted()).toEqual(revoked.toSorted());
  revoked.push(await revoke(moved, arn, valid));
  expect((await listedBy(moved, arn)).toSorted()).toEqual(revoked.toSorted());
});

it('puts the next CRL into the bucket when the versions of the store begin again', async () => {
  const { buckets, files } = openFakeBuckets();
  const opened = await openRevokingCa(clock);
  const { arn } = opened;
  const ca = openPrivateCa({ ...opened.ca, buckets });
  await ACTIONS.UpdateCertificateAuthority(ca, {
    CertificateAuthorityArn: arn,
    RevocationConfiguration: { CrlConfiguration: { Enabled: true, S3BucketName: 'crls' } },
  });
  const valid = await issueTestCertificate(ca, arn);
  for (let i = 0; i < 8; i += 1) await revoke(ca, arn, await issueTestCertificate(ca, arn));
  await createSyncCrlsToBuckets({ ...ca, buckets }, () => undefined)();
  const store = openInMemoryRecordStore(clock);
  for await (const records of allRecords(ca.store)) {
    await putRecords(store, records.map(carryRecordOver));
  }
  const moved = openPrivateCa({ ...ca, store });
  await revoke(moved, arn, valid);
  await createSyncCrlsToBuckets({ ...moved, buckets }, () => undefined)();
  const file = files.get(`crls/crl/${arn.slice(-36)}.crl`) as PublishedFile;
  expect(parseCrl(file.content).revoked).toHaveLength(9);
});
