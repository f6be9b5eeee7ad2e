import { type CollectionPlace, StoreUnavailableError } from '../record-store.ts';
import type { RedisCaller } from './call-redis.ts';
import { patternsOf, readKey } from './keys.ts';
import { scanKeys } from './scan-keys.ts';
import { settledSlots } from './settled-slots.ts';

/**
 * `RecordStore.collections`, by the keys of all indexes.
 * @throws StoreUnavailableError when a collection may be missing: not all servers are reached, or a
 *   cluster moves slots meanwhile
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
    throw new StoreUnavailableError('slots moved meanwhile: some collections may be missing');
  }
}
