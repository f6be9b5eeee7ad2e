import type { StoredRecord } from '../record-store.ts';
import { isLive, unpackRecord } from './commit-script.ts';
import type { PartitionKeys } from './keys.ts';
import { defineScript, type RedisCommand, runScript } from './script.ts';

/**
 * KEYS: index. ARGV: start, limit, prefix of the names of records.
 * Returns keys and records in turn, all of one moment; false for a record that is not on this node.
 */
export const LIST_SCRIPT = defineScript(`
local rows = {}
for _, key in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], '+', 'LIMIT', 0, ARGV[2])) do
  local packed = redis.pcall('GET', ARGV[3] .. key)
  rows[#rows + 1] = key
  rows[#rows + 1] = type(packed) == 'string' and packed
end
return rows
`);

export interface Listing {
  readonly keys: PartitionKeys;
  readonly collection: string;
  readonly after: string | undefined;
  readonly limit: number;
  readonly now: number;
}

/** `RecordStore.list`. @param send sends a command and returns the reply of Redis */
export async function listRecords(
  { keys, collection, after = '', limit, now }: Listing,
  send: (command: RedisCommand) => Promise<unknown>,
): Promise<readonly StoredRecord[]> {
  const index = keys.index(collection);
  const found: StoredRecord[] = [];
  for (let position = after; ; ) {
    const start = position === '' ? '-' : `(${position}`;
    const values = [start, limit, keys.record(collection, '')];
    const rows = pairs(await send(runScript(LIST_SCRIPT, [index], values)));
    for (const { key, packed } of rows) {
      // While a cluster moves the slot, a record may be on another node than the index and the
      // script, which then cannot read it.
      const text = packed ?? (await send(['GET', keys.record(collection, key)]));
      if (typeof text !== 'string') continue;
      const record = unpackRecord(key, text);
      if (isLive(record, now)) found.push(record);
      if (found.length === limit) return found;
    }
    position = rows.at(-1)?.key ?? '';
    if (rows.length < limit) return found;
  }
}

function pairs(reply: unknown): { readonly key: string; readonly packed: unknown }[] {
  const flat = Array.isArray(reply) ? (reply as unknown[]) : [];
  return flat.flatMap((key, i) =>
    i % 2 === 0 ? [{ key: String(key), packed: flat[i + 1] ?? undefined }] : [],
  );
}
