import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/durations.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { readAuditReport } from '../../../src/private-ca/audit-report/find-audit-report.ts';
import { scopedTo } from '../../../src/private-ca/model/ca-context.ts';
import { openPrivateCa, type PrivateCa } from '../../../src/private-ca/private-ca.ts';
import { authorityPartition } from '../../../src/private-ca/records/authority-record.ts';
import { certificates } from '../../../src/private-ca/records/certificate-record.ts';
import { getEntry, putEntry } from '../../../src/store/collection.ts';
import { crashingStore } from '../../support/fakes/crashing-store.ts';
import { issueTestCertificate, openRevokingCa } from '../../support/servers/open-revoking-ca.ts';

const HALF_HOUR_MS = 30 * MINUTE_MS;
const time = { now: 0 };
let ca: PrivateCa;
let arn: string;
let id: string;

beforeEach(async () => {
  time.now = Date.parse('2026-06-01T12:00:00Z');
  ({ ca, arn } = await openRevokingCa(() => time.now));
  id = arn.slice(-36);
});

async function create(changes: object = {}, by: PrivateCa = ca) {
  return ACTIONS.CreateCertificateAuthorityAuditReport(by, {
    CertificateAuthorityArn: arn,
    S3BucketName: 'audit-bucket',
    AuditReportResponseFormat: 'JSON',
    ...changes,
  });
}

const describeReport = (AuditReportId: string, by: PrivateCa = ca) =>
  ACTIONS.DescribeCertificateAuthorityAuditReport(by, {
    CertificateAuthorityArn: arn,
    AuditReportId,
  });

async function finished(AuditReportId: string): Promise<void> {
  while ((await describeReport(AuditReportId)).AuditReportStatus === 'CREATING')
    await setImmediate();
}

async function revokedOne(): Promise<string> {
  const serial = await issueTestCertificate(ca, arn);
  time.now += MINUTE_MS;
  await ACTIONS.RevokeCertificate(ca, {
    CertificateAuthorityArn: arn,
    CertificateSerial: serial,
    RevocationReason: 'KEY_COMPROMISE',
  });
  return serial;
}

describe('an audit report', () => {
  it('lists every certificate with AWS’s members, in AWS’s order and formats', async () => {
    const serial = await revokedOne();
    const { AuditReportId, S3Key } = await create();
    expect(S3Key).toBe(`audit-report/${id}/${AuditReportId}.json`);
    await finished(AuditReportId);
    const text = await readAuditReport(ca, arn, AuditReportId, 'JSON');
    const entries = JSON.parse(text) as readonly Record<string, string>[];
    // The certificates of the root and of the device.
    expect(entries).toHaveLength(2);
    const entry = entries.find(({ revokedAt }) => revokedAt !== undefined);
    expect(Object.entries(entry ?? {})).toEqual([
      ['awsAccountId', '123456789012'],
      ['certificateArn', `${arn}/certificate/${serial}`],
      ['serial', serial.replace(/..(?=.)/g, '$&:')],
      ['subject', 'CN=device'],
      ['notBefore', '2026-06-01T11:00:00+0000'],
      ['notAfter', '2026-07-01T12:00:00+0000'],
      ['issuedAt', '2026-06-01T12:00:00+0000'],
      ['revokedAt', '2026-06-01T12:01:00+0000'],
      ['revocationReason', 'KEY_COMPROMISE'],
      ['templateArn', 'arn:aws:acm-pca:::template/EndEntityCertificate/V1'],
    ]);
    const root = entries.find(({ subject }) => subject === 'CN=Revoking Root');
    expect(Object.keys(root ?? {})).not.toContain('revokedAt');
  });

  it('can be CSV with a header and empty values', async () => {
    await revokedOne();
    const { AuditReportId, S3Key } = await create({ AuditReportResponseFormat: 'CSV' });
    expect(S3Key).toMatch(/\.csv$/);
    await finished(AuditReportId);
    const text = await readAuditReport(ca, arn, AuditReportId, 'CSV');
    const [header, ...lines] = text.trimEnd().split('\n');
    expect(header).toBe(
      'awsAccountId,requestedByServicePrincipal,certificateArn,serial,subject,notBefore,notAfter,issuedAt,revokedAt,revocationReason,templateArn',
    );
    expect(lines).toHaveLength(2);
    expect(lines.some((line) => /,CN=device,.*,KEY_COMPROMISE,arn:/.test(line))).toBe(true);
    expect(lines.some((line) => /^123456789012,,.*,CN=Revoking Root,.*,,,arn:/.test(line))).toBe(
      true,
    );
  });

  it('of many certificates is complete', async () => {
    const serial = await issueTestCertificate(ca, arn);
    const partition = authorityPartition(id);
    const issued = await getEntry(ca.store, partition, certificates, serial);
    if (issued === undefined) throw new Error('it was not stored');
    const copies = Array.from({ length: 1_500 }, (_, i) =>
      putEntry(certificates, i.toString(16).padStart(32, '0'), issued.value),
    );
    await ca.store.commit(partition, copies);
    const { AuditReportId } = await create();
    await finished(AuditReportId);
    const text = await readAuditReport(ca, arn, AuditReportId, 'JSON');
    expect(text.length).toBeGreaterThan(512 * 1024);
    expect(JSON.parse(text)).toHaveLength(1_502);
  });
});

describe('CreateCertificateAuthorityAuditReport', () => {
  it('makes one report in half an hour, even for calls at once', async () => {
    const outcomes = await Promise.allSettled([create(), create(), create()]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const tooSoon = { code: 'RequestInProgressException' };
    time.now += HALF_HOUR_MS - 1;
    await expect(create()).rejects.toMatchObject(tooSoon);
    time.now += 1;
    await create();
  });

  it.each<[string, object, string]>([
    ['a name that no bucket has', { S3BucketName: 'Audit_Bucket' }, 'InvalidArgsException'],
    ['a short name', { S3BucketName: 'ab' }, 'ValidationException'],
    ['another format', { AuditReportResponseFormat: 'XML' }, 'ValidationException'],
  ])('refuses %s', async (_, changes, code) => {
    await expect(create(changes)).rejects.toMatchObject({ code });
  });

  it('accepts an authority that is ACTIVE or DISABLED only', async () => {
    const input = { CertificateAuthorityArn: arn };
    await ACTIONS.UpdateCertificateAuthority(ca, { ...input, Status: 'DISABLED' });
    const { AuditReportId } = await create();
    await ACTIONS.DeleteCertificateAuthority(ca, input);
    time.now += HALF_HOUR_MS;
    await expect(create()).rejects.toMatchObject({ code: 'InvalidStateException' });
    expect(await describeReport(AuditReportId)).toMatchObject({ S3BucketName: 'audit-bucket' });
  });
});

describe('DescribeCertificateAuthorityAuditReport', () => {
  it.each([1, 2, 3])('finishes the report of a process that died at commit %i', async (commit) => {
    const dying = openPrivateCa({ ...ca, store: crashingStore(ca.store, commit + 1, 'before') });
    const { AuditReportId } = await create({}, dying);
    await dying.auditReportWriter.settled();
    time.now += 20_001;
    await finished(AuditReportId);
    expect(await describeReport(AuditReportId)).toMatchObject({
      AuditReportStatus: 'SUCCESS',
      S3Key: `audit-report/${id}/${AuditReportId}.json`,
      CreatedAt: new Date('2026-06-01T12:00:00Z'),
    });
    expect(JSON.parse(await readAuditReport(ca, arn, AuditReportId, 'JSON'))).toHaveLength(1);
  });

  it('finds no unknown report, and none from another account', async () => {
    const { AuditReportId } = await create();
    const unknown = '00000000-0000-4000-8000-000000000000';
    const notFound = { code: 'ResourceNotFoundException' };
    await expect(describeReport(unknown)).rejects.toMatchObject(notFound);
    const stranger = scopedTo(ca, { region: 'us-east-1', accountId: '210987654321' });
    const asking = describeReport(AuditReportId, stranger);
    await expect(asking).rejects.toMatchObject(notFound);
    const reading = readAuditReport(stranger, arn, AuditReportId, 'JSON');
    await expect(reading).rejects.toMatchObject(notFound);
  });
});
