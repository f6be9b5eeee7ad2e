import { type CollectionPlace, StoreUnavailableError } from '../record-store.ts';
import type { RedisCaller } from './call-redis.ts';
import { patternsOf, readKey } from './keys.ts';
import { scanKeys } from './scan-keys.ts';
import { settledSlots } from './settled-slots.ts';

/**
 * As `RecordStore.collections`: the indexes that there are. Rather than leave some out it fails.
 * @throws StoreUnavailableError when not all servers are reached, or a cluster moves slots meanwhile
 */
export async function* listCollections(
  caller: RedisCaller,
  keyPrefix: string,
): AsyncGenerator<CollectionPlace> {
  const slots = await settledSlots(caller);
  const met = new Set<string>();
  for await (const key of scanKeys(caller, patternsOf(keyPrefix).indexes)) {
    if (met.has(key)) continue;
    met.add(key);
    yield readKey(keyPrefix, key);
  }
  if ((await settledSlots(caller)) !== slots) {
    throw new StoreUnavailableError('slots were moved meanwhile: some collections may be missing');
  }
}
