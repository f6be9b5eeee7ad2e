import { readableEntries } from '../../store/readable-entries.ts';
import type { RecordStore } from '../../store/record-store.ts';
import { type ConnectorRecord, connectorPartition } from '../connector-record.ts';
import { type Page, type PageRequest, takePage } from '../list-page.ts';
import { type ChallengeRecord, challenges } from './challenge-record.ts';

/** A page of a connector's challenges by id. A connector that is DELETING has none. */
export async function listChallenges(
  store: RecordStore,
  { id, status }: ConnectorRecord,
  { after, limit }: PageRequest,
): Promise<Page<ChallengeRecord>> {
  if (status === 'DELETING') return { items: [], next: undefined };
  return takePage(challengesOf(store, id, after), limit);
}

async function* challengesOf(
  store: RecordStore,
  connectorId: string,
  after: string | undefined,
): AsyncGenerator<ChallengeRecord> {
  const partition = connectorPartition(connectorId);
  for await (const { value } of readableEntries(store, partition, challenges, after)) yield value;
}
