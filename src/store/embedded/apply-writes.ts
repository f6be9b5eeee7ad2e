import type { CommitResult, Write } from '../record-store.ts';
import { isLive, type Row, type Tables, writeRow } from './open-tables.ts';

/**
 * `RecordStore.commit` within a transaction. Other commits share the transaction, so it checks all
 * conditions before its first write.
 */
export function applyWrites(
  tables: Tables,
  partition: string,
  writes: readonly Write[],
  now: number,
): CommitResult {
  const rowKey = ({ collection, key }: Write) => `${partition}:${collection}:${key}`;
  const refused = writes.find((write) => {
    const row = tables.rows.get(rowKey(write));
    return !holds(write, row && isLive(row, now) ? row : undefined);
  });
  if (refused) return { outcome: 'conflict', collection: refused.collection, key: refused.key };

  let version = tables.versions.get(partition) ?? 0;
  for (const write of writes) {
    if (write.kind === 'delete') {
      writeRow(tables, rowKey(write), undefined);
    } else {
      version += 1;
      const { value, expiresAt } = write;
      writeRow(tables, rowKey(write), { value, version, expiresAt });
    }
  }
  tables.versions.putSync(partition, version);
  return { outcome: 'committed' };
}

function holds({ condition }: Write, live: Row | undefined): boolean {
  if (condition === undefined) return true;
  if (condition === 'absent') return live === undefined;
  return live?.version === condition.version;
}
