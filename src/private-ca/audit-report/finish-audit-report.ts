import { setImmediate as nextTurn } from 'node:timers/promises';
import { getEntry, listEntries, replaceEntry } from '../../store/collection.ts';
import { BucketError } from '../buckets/object-store.ts';
import type { PrivateCa } from '../private-ca.ts';
import { type AuthorityRecord, authorityPartition } from '../records/authority-record.ts';
import { certificates } from '../records/certificate-record.ts';
import { type AuditReportRecord, auditReportKey, auditReports } from './audit-report-record.ts';
import { type AuditReportEntry, auditReportEntry, auditReportText } from './audit-report-text.ts';

const PAGE = 200;

/** How long a bucket may be unavailable before its report FAILED: until the authority may have another. Milliseconds. */
const PATIENCE = 1_800_000;

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
  const status = await putReport(ca, authority, id, entry.value);
  const write = replaceEntry(auditReports, entry, { ...entry.value, status });
  // A conflict means that another process has written it too.
  await ca.store.commit(partition, [write]);
}

/** @throws BucketError 'unavailable' while it is worth another attempt, and whatever the store throws */
async function putReport(
  ca: PrivateCa,
  authority: AuthorityRecord,
  id: string,
  { bucket, format, createdAt }: AuditReportRecord,
): Promise<'SUCCESS' | 'FAILED'> {
  const text = auditReportText(format, entriesOf(ca, authority));
  try {
    await ca.objects.put(bucket, auditReportKey(authority.id, id, format), text);
    return 'SUCCESS';
  } catch (error) {
    if (!(error instanceof BucketError)) throw error;
    if (error.kind === 'unavailable' && ca.clock() - createdAt < PATIENCE) throw error;
    return 'FAILED';
  }
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
