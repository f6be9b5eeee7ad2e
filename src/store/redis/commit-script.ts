import type { CommitResult, StoredRecord, Write } from '../record-store.ts';
import type { PartitionKeys } from './keys.ts';
import { defineScript, type RedisCommand, runScript } from './script.ts';

/** Longer than a write may be sent again, with room for a failover in between. */
export const OUTCOME_TTL_MS = 120_000;

/**
 * How long Redis keeps a record beyond its expiry, because the clocks of this machine and of Redis
 * differ. The store hides the record from its expiry on.
 */
export const EXPIRY_GRACE_MS = 600_000;

/**
 * KEYS: version, expiries, outcome, then record and index of each write.
 * ARGV: now, TTL of the outcome, grace, then for each write: kind, condition, collection, key,
 * expiresAt, value.
 * Returns the number of the write whose condition failed, or 0, and how many expired records there
 * are to sweep.
 */
export const COMMIT_SCRIPT = defineScript(`
local version_key, expiries, outcome = KEYS[1], KEYS[2], KEYS[3]
local now, outcome_ttl, grace = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local count = (#KEYS - 3) / 2

-- Sent again after its answer was lost. Written once more, so that a WAIT behind it waits for the first as well.
if redis.call('GET', outcome) then
  redis.call('PEXPIRE', outcome, outcome_ttl)
  return { 0, 0 }
end

local function live_version(record)
  local version, expires_at = string.match(redis.call('GETRANGE', record, 0, 40), '^(%d+) (%d*) ')
  if version and (expires_at == '' or tonumber(expires_at) > now) then
    return version
  end
end

local puts = 0
for i = 1, count do
  local at = 3 + (i - 1) * 6
  local condition = ARGV[at + 2]
  if condition ~= '' then
    local version = live_version(KEYS[2 + i * 2])
    if condition == 'absent' then
      if version then return { i, 0 } end
    elseif version ~= condition then
      return { i, 0 }
    end
  end
  if ARGV[at + 1] == 'put' then puts = puts + 1 end
end

local version
if puts > 0 then
  -- At least the clock: a failover may lose the counter along with other writes.
  local time = redis.call('TIME')
  local last = tonumber(redis.call('GET', version_key) or '0')
  version = math.max(last, time[1] * 1000000 + time[2])
  -- The first write: when its memory is full, Redis refuses this one. Deletes need no version.
  redis.call('SET', version_key, string.format('%.0f', version + puts))
end
for i = 1, count do
  local record, index = KEYS[2 + i * 2], KEYS[3 + i * 2]
  local at = 3 + (i - 1) * 6
  local key, expires_at = ARGV[at + 4], ARGV[at + 5]
  local member = ARGV[at + 3] .. ':' .. key
  if ARGV[at + 1] == 'delete' then
    redis.call('DEL', record)
    redis.call('ZREM', index, key)
    redis.call('ZREM', expiries, member)
  else
    version = version + 1
    local packed = string.format('%.0f', version) .. ' ' .. expires_at .. ' ' .. ARGV[at + 6]
    if expires_at == '' then
      redis.call('SET', record, packed)
      redis.call('ZREM', expiries, member)
    else
      local lifetime = math.max(tonumber(expires_at) - now, 0) + grace
      redis.call('SET', record, packed, 'PX', string.format('%.0f', lifetime))
      redis.call('ZADD', expiries, expires_at, member)
    end
    redis.call('ZADD', index, 0, key)
  end
end
redis.call('SET', outcome, '', 'PX', outcome_ttl)
return { 0, redis.call('ZCOUNT', expiries, '-inf', now) }
`);

/** @param id identifies the commit: sent again with the same id, it is not applied twice */
export function commitCommand(
  keys: PartitionKeys,
  writes: readonly Write[],
  { id, now }: { readonly id: string; readonly now: number },
): RedisCommand {
  const records = writes.flatMap(({ collection, key }) => [
    keys.record(collection, key),
    keys.index(collection),
  ]);
  return runScript(
    COMMIT_SCRIPT,
    [keys.version, keys.expiries, keys.outcome(id), ...records],
    [now, OUTCOME_TTL_MS, EXPIRY_GRACE_MS, ...writes.flatMap(valuesOf)],
  );
}

function valuesOf(write: Write): string[] {
  const { kind, condition, collection, key } = write;
  const put = kind === 'put' ? write : undefined;
  const expected = typeof condition === 'object' ? String(condition.version) : (condition ?? '');
  return [kind, expected, collection, key, String(put?.expiresAt ?? ''), put?.value ?? ''];
}

export interface CommitReply {
  readonly result: CommitResult;
  /** Whether the partition has records to sweep. */
  readonly overdue: boolean;
}

/** @throws Error when it is not a reply of the script */
export function readCommitReply(reply: unknown, writes: readonly Write[]): CommitReply {
  const [refused, overdue] = Array.isArray(reply) ? (reply as unknown[]) : [];
  if (refused === 0) return { result: { outcome: 'committed' }, overdue: Number(overdue) > 0 };
  const write = writes[Number(refused) - 1];
  if (!write) throw new Error('Redis sent an unexpected reply to a commit');
  const { collection, key } = write;
  return { result: { outcome: 'conflict', collection, key }, overdue: false };
}

/**
 * Reads a record as the commit script packs it: "version expiresAt value", where expiresAt may be
 * empty. One string needs half the memory of a hash with three fields.
 */
export function unpackRecord(key: string, packed: string): StoredRecord {
  const first = packed.indexOf(' ');
  const second = packed.indexOf(' ', first + 1);
  const expiresAt = packed.slice(first + 1, second);
  return {
    key,
    value: packed.slice(second + 1),
    version: Number(packed.slice(0, first)),
    expiresAt: expiresAt === '' ? undefined : Number(expiresAt),
  };
}

/** Whether the record has not expired at `now`, milliseconds since the epoch. */
export function isLive({ expiresAt }: StoredRecord, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}
