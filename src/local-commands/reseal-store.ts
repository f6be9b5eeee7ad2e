import { dropOtherMasterKey, requireMasterKey } from '../server/require-master-key.ts';
import type { ResealCount, ResealDependencies } from './reseal-records.ts';
import { SEALED_COLLECTIONS } from './sealed-collections.ts';

/**
 * Reseals everything in the store under the current master key, then notes that the other key is no
 * longer needed. It may be interrupted anywhere and started again. Servers may run meanwhile if
 * each has both keys and seals under the current one.
 * @returns the counts by collection
 * @throws UsageError when the keys are not those of the store; SealError when something is sealed
 *   under a third key
 */
export async function resealStore(
  deps: ResealDependencies,
): Promise<ReadonlyMap<string, ResealCount>> {
  await requireMasterKey(deps);
  const counts = await resealOnce(deps);
  // A scan of Redis may miss records when a server fails, so it ends when a scan finds nothing.
  for (let last = counts; hasResealed(last); ) {
    last = await resealOnce(deps);
    for (const [name, { resealed }] of last) add(counts, name, { seen: 0, resealed });
  }
  await dropOtherMasterKey(deps);
  return counts;
}

async function resealOnce(deps: ResealDependencies): Promise<Map<string, ResealCount>> {
  const counts = new Map<string, ResealCount>();
  for (const { name } of SEALED_COLLECTIONS) counts.set(name, NOTHING);
  for await (const { partition, collection } of deps.store.collections()) {
    for (const { name, partitionPrefix, reseal } of SEALED_COLLECTIONS) {
      if (name !== collection || !partition.startsWith(partitionPrefix)) continue;
      add(counts, name, await reseal(deps, partition));
    }
  }
  return counts;
}

const NOTHING: ResealCount = { seen: 0, resealed: 0 };

function add(counts: Map<string, ResealCount>, name: string, more: ResealCount): void {
  const { seen, resealed } = counts.get(name) ?? NOTHING;
  counts.set(name, { seen: seen + more.seen, resealed: resealed + more.resealed });
}

function hasResealed(counts: ReadonlyMap<string, ResealCount>): boolean {
  return [...counts.values()].some(({ resealed }) => resealed > 0);
}
