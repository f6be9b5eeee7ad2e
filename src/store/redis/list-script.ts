import type { StoredRecord } from '../record-store.ts';
import { isLive, unpackRecord } from './commit-script.ts';
import type { PartitionKeys } from './keys.ts';
import { defineScript, type RedisCommand, runScript } from './script.ts';

/**
 * KEYS: index. ARGV: where to start, how many, what the names of records begin with.
 * Gives the keys and records of one moment in turn, false for a record that is not here.
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

/** The live records of a collection, as `RecordStore.list` gives them. `send` gives what Redis replies. */
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
      // While a cluster moves the slot, the index and its records may lie on two nodes, and the script is refused those of the other.
      const given = packed ?? (await send(['GET', keys.record(collection, key)]));
      if (typeof given !== 'string') continue;
      const record = unpackRecord(key, given);
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
