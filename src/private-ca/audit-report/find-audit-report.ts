import { AwsError } from '../../aws-wire/aws-error.ts';
import { getEntry } from '../../store/collection.ts';
import { findStoredAuthority, type LookupContext } from '../authority/find-authority.ts';
import type { ObjectStore } from '../buckets/object-store.ts';
import {
  type AuthorityRecord,
  authorityPartition,
  isUnfinished,
} from '../records/authority-record.ts';
import {
  type AuditReportFormat,
  type AuditReportRecord,
  auditReportKey,
  auditReports,
} from './audit-report-record.ts';

/** Context for reading reports. */
export interface ReportContext extends LookupContext {
  readonly objects: ObjectStore;
}

/**
 * @throws AwsError InvalidArnException, ResourceNotFoundException for the authority or the report
 */
export async function findAuditReport(
  ca: LookupContext,
  authorityArn: string,
  reportId: string,
): Promise<{ readonly authority: AuthorityRecord; readonly report: AuditReportRecord }> {
  const { value: authority } = await findStoredAuthority(ca, authorityArn);
  const partition = authorityPartition(authority.id);
  const report = await getEntry(ca.store, partition, auditReports, reportId);
  if (report !== undefined && !isUnfinished(authority)) return { authority, report: report.value };
  const message = `Could not find audit report ${reportId}`;
  throw new AwsError('ResourceNotFoundException', message);
}

/**
 * The text of a report under its S3Key.
 * @throws AwsError InvalidArnException, ResourceNotFoundException (also while the report is being
 * written)
 */
export async function readAuditReport(
  ca: ReportContext,
  authorityArn: string,
  reportId: string,
  format: AuditReportFormat,
): Promise<string> {
  const { authority, report } = await findAuditReport(ca, authorityArn, reportId);
  const isThere = report.status === 'SUCCESS' && report.format === format;
  const key = auditReportKey(authority.id, reportId, format);
  const text = isThere ? await ca.objects.get(report.bucket, key) : undefined;
  if (text !== undefined) return text;
  throw new AwsError('ResourceNotFoundException', `${key} does not exist yet`);
}
