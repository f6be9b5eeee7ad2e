import { setImmediate as nextTurn } from 'node:timers/promises';
import { MINUTE_MS } from '../../durations.ts';
import { getEntry, listEntries, replaceEntry } from '../../store/collection.ts';
import { UnreadableRecordError } from '../../store/record-store.ts';
import { BucketError, type ObjectStore } from '../buckets/object-store.ts';
import type { CaContext } from '../model/ca-context.ts';
import { type AuthorityRecord, authorityPartition } from '../records/authority-record.ts';
import { certificates } from '../records/certificate-record.ts';
import { type AuditReportRecord, auditReportKey, auditReports } from './audit-report-record.ts';
import { type AuditReportEntry, auditReportEntry, auditReportText } from './audit-report-text.ts';

const PAGE = 200;

/**
 * A report becomes FAILED when its bucket is unavailable for this long. By then the authority may
 * have another report. It is FAILED at once when a certificate cannot be read: it would lack it.
 */
const PATIENCE_MS = 30 * MINUTE_MS;

/** Writes audit reports into their buckets. */
export interface AuditReportWriter {
  /**
   * Writes a CREATING report of all certificates that the authority has issued; ignores any other
   * report. Simultaneous calls in this process share one attempt; several processes write the same
   * object.
   * @throws BucketError 'unavailable' while another attempt may succeed, and what the store throws
   */
  finish(authority: AuthorityRecord, reportId: string): Promise<void>;
  /** Resolves when no report is being written any more, even after a failure. */
  settled(): Promise<void>;
}

interface Dependencies extends CaContext {
  /** The store that reports are put into. */
  readonly objects: ObjectStore;
}

export function createAuditReportWriter(ca: Dependencies): AuditReportWriter {
  const underWay = new Map<string, Promise<void>>();
  return {
    finish(authority, reportId) {
      const known = underWay.get(reportId);
      if (known !== undefined) return known;
      const writing = writeReport(ca, authority, reportId);
      const noted = writing.finally(() => underWay.delete(reportId));
      underWay.set(reportId, noted);
      return noted;
    },
    async settled() {
      await Promise.allSettled(underWay.values());
    },
  };
}

async function writeReport(
  ca: Dependencies,
  authority: AuthorityRecord,
  id: string,
): Promise<void> {
  const partition = authorityPartition(authority.id);
  const entry = await getEntry(ca.store, partition, auditReports, id);
  if (entry?.value.status !== 'CREATING') return;
  const status = await putReport(ca, authority, id, entry.value);
  const write = replaceEntry(auditReports, entry, { ...entry.value, status });
  // A conflict means that another process has written the report too.
  await ca.store.commit(partition, [write]);
}

/**
 * @throws BucketError 'unavailable' while another attempt may succeed, and what the store throws
 */
async function putReport(
  ca: Dependencies,
  authority: AuthorityRecord,
  id: string,
  { bucket, format, createdAt }: AuditReportRecord,
): Promise<'SUCCESS' | 'FAILED'> {
  const text = auditReportText(format, entriesOf(ca, authority));
  try {
    await ca.objects.put(bucket, auditReportKey(authority.id, id, format), text);
    return 'SUCCESS';
  } catch (error) {
    if (error instanceof UnreadableRecordError) {
      ca.store.reportUnreadable?.(error, 'the audit report of this CA has failed');
      return 'FAILED';
    }
    if (!(error instanceof BucketError)) throw error;
    if (error.kind === 'unavailable' && ca.clock() - createdAt < PATIENCE_MS) throw error;
    return 'FAILED';
  }
}

async function* entriesOf(
  { store }: CaContext,
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
    // Lets enrolments proceed while a long report is written.
    await nextTurn();
  }
}
