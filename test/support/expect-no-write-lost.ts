import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { RecordStore, StoredRecord } from '../../src/store/record-store.ts';

const PARTITIONS = Array.from({ length: 12 }, (_, i) => `p${i}`);

/** One of those that are written to. */
export const PARTITION = 'p0';

const RUN_MS = 12_000;

/** Commits to all partitions the whole time, with a fault after a while, then looks for what was acknowledged. */
export async function expectNoWriteLost(
  store: RecordStore,
  fault: () => Promise<void>,
): Promise<void> {
  const acknowledged: string[] = [];
  let [refused, lastAt] = [0, 0];
  const end = performance.now() + RUN_MS;
  const write = async (partition: string) => {
    for (let i = 0; performance.now() < end; i += 1) {
      const key = `k${i}`;
      const put = { kind: 'put', collection: 'c', key, value: '1', condition: 'absent' } as const;
      const result = await store.commit(partition, [put]).catch(() => undefined);
      if (result === undefined) {
        refused += 1;
        continue;
      }
      // Each key is written once, so a conflict would be a commit of which somebody was told nothing.
      expect(result).toEqual({ outcome: 'committed' });
      acknowledged.push(`${partition} ${key}`);
      lastAt = performance.now();
    }
  };
  const faulted = sleep(2_000).then(fault);
  await Promise.all([faulted, ...PARTITIONS.map(write)]);
  console.log(`${acknowledged.length} commits acknowledged, ${refused} refused`);
  const kept = new Set<string>();
  for (const partition of PARTITIONS) {
    for await (const { key } of allRecords(store, partition)) kept.add(`${partition} ${key}`);
  }
  expect(acknowledged.filter((name) => !kept.has(name))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(1_000);
  expect(end - lastAt).toBeLessThan(2_000);
  await store.close();
}

async function* allRecords(store: RecordStore, partition: string): AsyncGenerator<StoredRecord> {
  for (let after = '!'; ; ) {
    const page = await store.list(partition, 'c', { after, limit: 500 });
    yield* page;
    if (page.length < 500) return;
    after = page.at(-1)?.key ?? after;
  }
}
