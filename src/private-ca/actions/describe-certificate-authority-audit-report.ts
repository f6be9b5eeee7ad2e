import { z } from 'zod';
import { auditReportKey } from '../audit-report/audit-report-record.ts';
import { findAuditReport } from '../audit-report/find-audit-report.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { defineAction, NOT_FOUND_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  AuditReportId: z
    .string()
    .length(36)
    .regex(/^(?:[a-z0-9]{8}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{12})$/),
});

interface DescribeCertificateAuthorityAuditReportOutput {
  readonly AuditReportStatus: 'CREATING' | 'SUCCESS' | 'FAILED';
  readonly S3BucketName: string;
  readonly S3Key: string;
  readonly CreatedAt: Date;
}

/**
 * A live process has written the report by then, or is still writing a long one; writing it twice
 * is harmless.
 */
const PATIENCE_MS = 20_000;

/**
 * Works in any status of the authority.
 * @throws AwsError InvalidArnException, ResourceNotFoundException
 */
export const describeCertificateAuthorityAuditReport = defineAction({
  input,
  errors: [...NOT_FOUND_ERRORS, 'InvalidArgsException'],
  access: accessToAuthority('DescribeCertificateAuthorityAuditReport'),
  execute: async (
    ca,
    { CertificateAuthorityArn, AuditReportId },
  ): Promise<DescribeCertificateAuthorityAuditReportOutput> => {
    const { authority, report } = await findAuditReport(ca, CertificateAuthorityArn, AuditReportId);
    const { status, bucket, format, createdAt } = report;
    if (status === 'CREATING' && ca.clock() - createdAt > PATIENCE_MS) {
      // If the store fails now, the next call tries again.
      ca.auditReportWriter.finish(authority, AuditReportId).catch(() => undefined);
    }
    return {
      AuditReportStatus: status,
      S3BucketName: bucket,
      S3Key: auditReportKey(authority.id, AuditReportId, format),
      CreatedAt: new Date(createdAt),
    };
  },
});
