import { z } from 'zod';
import { auditReportKey } from '../audit-report/audit-report-record.ts';
import { findAuditReport } from '../audit-report/find-audit-report.ts';
import { finishAuditReport } from '../audit-report/finish-audit-report.ts';
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

interface Output {
  readonly AuditReportStatus: 'CREATING' | 'SUCCESS' | 'FAILED';
  readonly S3BucketName: string;
  readonly S3Key: string;
  readonly CreatedAt: Date;
}

/**
 * By then a process that lives has written the report, or is writing a long one, which does no harm twice. Milliseconds.
 */
const PATIENCE = 20_000;

/** DescribeCertificateAuthorityAuditReport, in any status. @throws AwsError InvalidArnException, ResourceNotFoundException */
export const describeCertificateAuthorityAuditReport = defineAction({
  input,
  errors: [...NOT_FOUND_ERRORS, 'InvalidArgsException'],
  access: accessToAuthority('DescribeCertificateAuthorityAuditReport'),
  execute: async (ca, { CertificateAuthorityArn, AuditReportId }): Promise<Output> => {
    const { authority, report } = await findAuditReport(ca, CertificateAuthorityArn, AuditReportId);
    const { status, bucket, format, createdAt } = report;
    if (status === 'CREATING' && ca.clock() - createdAt > PATIENCE) {
      // What the store fails at now, the next look tries again.
      finishAuditReport(ca, authority, AuditReportId).catch(() => undefined);
    }
    return {
      AuditReportStatus: status,
      S3BucketName: bucket,
      S3Key: auditReportKey(authority.id, AuditReportId, format),
      CreatedAt: new Date(createdAt),
    };
  },
});
