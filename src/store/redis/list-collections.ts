import type { CollectionPlace } from '../record-store.ts';
import type { RedisCaller } from './call-redis.ts';
import { patternsOf, readKey } from './keys.ts';
import { scanKeys } from './scan-keys.ts';

/** As `RecordStore.collections`: the indexes that there are. @throws StoreUnavailableError when not all servers are reached */
export async function* listCollections(
  caller: RedisCaller,
  keyPrefix: string,
): AsyncGenerator<CollectionPlace> {
  const met = new Set<string>();
  for await (const key of scanKeys(caller, patternsOf(keyPrefix).indexes)) {
    if (met.has(key)) continue;
    met.add(key);
    yield readKey(keyPrefix, key);
  }
}
