import { setImmediate as nextTurn } from 'node:timers/promises';
import { getEntry, listEntries, putEntry } from '../store/collection.ts';
import type { AuditReportRecord } from './audit-report-record.ts';
import { auditReportKey, auditReports } from './audit-report-record.ts';
import type { AuditReportEntry } from './audit-report-text.ts';
import { auditReportEntry, auditReportText } from './audit-report-text.ts';
import type { AuthorityRecord } from './authority-record.ts';
import { authorityPartition } from './authority-record.ts';
import { certificates } from './certificate-record.ts';
import type { PrivateCa } from './private-ca.ts';

const PAGE = 200;

/**
 * Writes a report that is CREATING, of all certificates that the authority has issued; does nothing for any other. Of calls at once in this
 * process one does the work; several processes write the same object.
 */
export function finishAuditReport(
  ca: PrivateCa,
  authority: AuthorityRecord,
  reportId: string,
): Promise<void> {
  const underWay = ca.auditReports.get(reportId);
  if (underWay !== undefined) return underWay;
  const writing = writeReport(ca, authority, reportId);
  const noted = writing.finally(() => ca.auditReports.delete(reportId));
  ca.auditReports.set(reportId, noted);
  return noted;
}

async function writeReport(ca: PrivateCa, authority: AuthorityRecord, id: string): Promise<void> {
  const partition = authorityPartition(authority.id);
  const entry = await getEntry(ca.store, partition, auditReports, id);
  if (entry?.value.status !== 'CREATING') return;
  const { value: report, version } = entry;
  const text = auditReportText(report.format, entriesOf(ca, authority));
  await ca.objects.put(report.bucket, auditReportKey(authority.id, id, report.format), text);
  const done: AuditReportRecord = { ...report, status: 'SUCCESS' };
  const write = putEntry(auditReports, id, done, { condition: { version } });
  // A conflict means that another process has written it too.
  await ca.store.commit(partition, [write]);
}

async function* entriesOf(
  { store }: PrivateCa,
  authority: AuthorityRecord,
): AsyncIterable<AuditReportEntry> {
  const partition = authorityPartition(authority.id);
  let from: { readonly after?: string } = {};
  for (;;) {
    const page = await listEntries(store, partition, certificates, { ...from, limit: PAGE });
    for (const { key, value } of page) {
      if (value.state === 'issued') yield auditReportEntry(authority, key, value);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    from = { after: last.key };
    // A long report must not keep enrolments waiting.
    await nextTurn();
  }
}
