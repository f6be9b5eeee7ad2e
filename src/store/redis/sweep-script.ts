import type { PartitionKeys } from './keys.ts';
import { defineScript, type RedisCommand, runScript } from './script.ts';

/**
 * KEYS: expiries, then record and index of each member. ARGV: now, then each member and its key.
 * Removes those that have not been renewed meanwhile.
 */
export const SWEEP_SCRIPT = defineScript(`
local now = tonumber(ARGV[1])
for i = 1, (#KEYS - 1) / 2 do
  local member, key = ARGV[i * 2], ARGV[1 + i * 2]
  local expires_at = redis.call('ZSCORE', KEYS[1], member)
  if expires_at and tonumber(expires_at) <= now then
    redis.call('DEL', KEYS[i * 2])
    redis.call('ZREM', KEYS[1 + i * 2], key)
    redis.call('ZREM', KEYS[1], member)
  end
end
return 0
`);

/** Removes at most `limit` records of a partition that expired by `now`. @returns how many */
export async function sweepPartition(
  keys: PartitionKeys,
  { now, limit }: { readonly now: number; readonly limit: number },
  send: (command: RedisCommand) => Promise<unknown>,
): Promise<number> {
  const reply = await send(['ZRANGEBYSCORE', keys.expiries, '-inf', now, 'LIMIT', 0, limit]);
  const members = (Array.isArray(reply) ? reply : []).map((member: unknown) => {
    const name = String(member);
    const colon = name.indexOf(':');
    return { name, collection: name.slice(0, colon), key: name.slice(colon + 1) };
  });
  if (members.length === 0) return 0;
  const records = members.flatMap(({ collection, key }) => [
    keys.record(collection, key),
    keys.index(collection),
  ]);
  const values = members.flatMap(({ name, key }) => [name, key]);
  await send(runScript(SWEEP_SCRIPT, [keys.expiries, ...records], [now, ...values]));
  return members.length;
}
