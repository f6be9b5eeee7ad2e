import { beforeEach, describe, expect, it } from 'vitest';
import type { AwsError } from '../../../src/aws-wire/aws-error.ts';
import { MINUTE_MS } from '../../../src/durations.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { BucketError, type BucketErrorKind } from '../../../src/private-ca/buckets/object-store.ts';
import { openPrivateCa, type PrivateCa } from '../../../src/private-ca/private-ca.ts';
import { openFakeBuckets } from '../../support/fakes/open-fake-buckets.ts';
import { openRevokingCa } from '../../support/servers/open-revoking-ca.ts';

const time = { now: 0 };
let ca: PrivateCa;
let arn: string;
let fake: ReturnType<typeof openFakeBuckets>;

beforeEach(async () => {
  time.now = Date.parse('2026-06-01T12:00:00Z');
  fake = openFakeBuckets();
  const opened = await openRevokingCa(() => time.now);
  arn = opened.arn;
  ca = openPrivateCa({ ...opened.ca, buckets: fake.buckets });
});

const create = () =>
  ACTIONS.CreateCertificateAuthorityAuditReport(ca, {
    ...{ CertificateAuthorityArn: arn, S3BucketName: 'audit', AuditReportResponseFormat: 'JSON' },
  });

async function statusOf(AuditReportId: string): Promise<string> {
  const report = { CertificateAuthorityArn: arn, AuditReportId };
  const read = () => ACTIONS.DescribeCertificateAuthorityAuditReport(ca, report);
  await read();
  await ca.auditReportWriter.settled();
  return (await read()).AuditReportStatus;
}

function failPuts(kind: BucketErrorKind | undefined, only = /^audit-report/): void {
  fake.fail = (key) =>
    kind && only.test(key) ? new BucketError(kind, 'S3: as the test has it') : undefined;
}

describe('an audit report', () => {
  it('is put into the bucket', async () => {
    const { AuditReportId, S3Key } = await create();
    expect(await statusOf(AuditReportId)).toBe('SUCCESS');
    expect(JSON.parse(fake.textOf(`audit/${S3Key}`))).toHaveLength(1);
  });

  it('becomes FAILED when the bucket refuses it', async () => {
    failPuts('refused');
    const { AuditReportId } = await create();
    expect(await statusOf(AuditReportId)).toBe('FAILED');
    failPuts(undefined);
    expect(await statusOf(AuditReportId)).toBe('FAILED');
  });

  it('waits for a bucket that is unavailable', async () => {
    failPuts('unavailable');
    const { AuditReportId } = await create();
    time.now += MINUTE_MS;
    expect(await statusOf(AuditReportId)).toBe('CREATING');
    failPuts(undefined);
    expect(await statusOf(AuditReportId)).toBe('SUCCESS');
  });

  it('does not wait for longer than half an hour', async () => {
    failPuts('unavailable');
    const { AuditReportId } = await create();
    expect(await statusOf(AuditReportId)).toBe('CREATING');
    time.now += 30 * MINUTE_MS;
    expect(await statusOf(AuditReportId)).toBe('FAILED');
  });
});

describe('a bucket that cannot be written to', () => {
  const TEXT =
    "The ACM Private CA service account 'scep-connector' requires getBucketAcl permissions for your S3 bucket 'audit'. Check your S3 bucket permissions and try again.";
  it('is refused with AWS’s message, and the caller may try again at once', async () => {
    failPuts('refused', /^acm-pca-permission-test-key$/);
    const error = (await create().catch((thrown: unknown) => thrown)) as AwsError;
    const { code, message } = error;
    expect({ code, message }).toEqual({ code: 'ValidationException', message: TEXT });
    failPuts(undefined);
    // The refused call does not count against one report in half an hour.
    await create();
  });

  it('is a fault of the server while it is only unavailable', async () => {
    failPuts('unavailable', /^acm-pca-permission-test-key$/);
    await expect(create()).rejects.toThrow(BucketError);
  });
});
