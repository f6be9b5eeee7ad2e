import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { MINUTE_MS } from '../../durations.ts';
import { putEntry } from '../../store/collection.ts';
import {
  type AuditReportRecord,
  auditReportFormatSchema,
  auditReportKey,
  auditReports,
  auditReportTurns,
} from '../audit-report/audit-report-record.ts';
import { newUuid } from '../authority/authority-index.ts';
import { findAuthority } from '../authority/find-authority.ts';
import { requireWritableBucket } from '../buckets/require-writable-bucket.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { requireBucketName } from '../model/revocation-configuration.ts';
import { AUTHORITY_KEY, authorityPartition } from '../records/authority-record.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  S3BucketName: z.string().min(3).max(63),
  AuditReportResponseFormat: auditReportFormatSchema,
});

/** An authority gets at most one report in this time. */
const TURN_MS = 30 * MINUTE_MS;

/**
 * Answers while the report is still CREATING. A certificate issued before it is written may be in
 * it.
 * @throws AwsError RequestInProgressException within half an hour of the last report, and others
 */
export const createCertificateAuthorityAuditReport = defineAction({
  input,
  errors: [...WRONG_STATUS_ERRORS, 'InvalidArgsException', 'RequestInProgressException'],
  access: accessToAuthority('CreateCertificateAuthorityAuditReport'),
  execute: async (
    ca,
    input,
  ): Promise<{ readonly AuditReportId: string; readonly S3Key: string }> => {
    const { CertificateAuthorityArn: arn, S3BucketName: bucket } = input;
    const { value: authority } = await findAuthority(ca, arn, 'report');
    requireBucketName(bucket);
    await requireWritableBucket(ca.buckets, bucket);
    const reportId = newUuid(ca);
    const createdAt = ca.clock();
    const format = input.AuditReportResponseFormat;
    const report: AuditReportRecord = { status: 'CREATING', format, bucket, createdAt };
    const turn = { condition: 'absent', expiresAt: createdAt + TURN_MS } as const;
    const { outcome } = await ca.store.commit(authorityPartition(authority.id), [
      putEntry(auditReportTurns, AUTHORITY_KEY, { reportId }, turn),
      putEntry(auditReports, reportId, report),
    ]);
    if (outcome === 'conflict') throw tooSoon();
    // DescribeCertificateAuthorityAuditReport restarts the writing of a report that stays CREATING.
    ca.auditReportWriter.finish(authority, reportId).catch(() => undefined);
    return { AuditReportId: reportId, S3Key: auditReportKey(authority.id, reportId, format) };
  },
});

function tooSoon(): AwsError {
  const message = 'An audit report can be created once in 30 minutes';
  return new AwsError('RequestInProgressException', message);
}
