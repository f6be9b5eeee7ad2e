import { z } from 'zod';
import { storedObject } from '../../store/collection.ts';
import { defineAuthorityCollection } from '../records/authority-collections.ts';

export const auditReportFormatSchema = z.enum(['JSON', 'CSV']);

export type AuditReportFormat = z.infer<typeof auditReportFormatSchema>;

/** Times are milliseconds since the epoch. */
const auditReportSchema = storedObject({
  status: z.enum(['CREATING', 'SUCCESS', 'FAILED']),
  format: auditReportFormatSchema,
  bucket: z.string(),
  createdAt: z.number(),
});

export type AuditReportRecord = Readonly<z.infer<typeof auditReportSchema>>;

/** In the authority's partition, by AuditReportId. */
export const auditReports = defineAuthorityCollection('audit-reports', auditReportSchema);

/** Under AUTHORITY_KEY while the authority may have no further report. */
export const auditReportTurns = defineAuthorityCollection(
  'audit-report-turns',
  storedObject({ reportId: z.string() }),
);

/** The S3Key of a report. */
export function auditReportKey(
  authorityId: string,
  reportId: string,
  format: AuditReportFormat,
): string {
  return `audit-report/${authorityId}/${reportId}.${format.toLowerCase()}`;
}
