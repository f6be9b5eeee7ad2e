import { EXPIRY_GRACE_MS, OUTCOME_TTL_MS } from './commit-script.ts';
import type { PartitionKeys } from './keys.ts';
import { defineScript, type RedisCommand, runScript } from './script.ts';

/**
 * A counter is stored as "sum expiresAt".
 * KEYS: counter, outcome. ARGV: now, TTL of the outcome, grace, by, expiresAt.
 * Returns the sum.
 */
export const INCREMENT_SCRIPT = defineScript(`
local counter, outcome = KEYS[1], KEYS[2]
local now, outcome_ttl, grace, by, expires_at = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]

local remembered = redis.call('GET', outcome)
if remembered then return tonumber(remembered) end

local sum, until_moment = string.match(redis.call('GET', counter) or '', '^(%-?%d+) (%d*)$')
if sum and (until_moment == '' or tonumber(until_moment) > now) then
  sum = tonumber(sum) + by
  redis.call('SET', counter, string.format('%.0f', sum) .. ' ' .. until_moment, 'KEEPTTL')
else
  sum = by
  local packed = string.format('%.0f', sum) .. ' ' .. expires_at
  if expires_at == '' then
    redis.call('SET', counter, packed)
  else
    local lifetime = math.max(tonumber(expires_at) - now, 0) + grace
    redis.call('SET', counter, packed, 'PX', string.format('%.0f', lifetime))
  end
end
redis.call('SET', outcome, string.format('%.0f', sum), 'PX', outcome_ttl)
return sum
`);

export interface Increment {
  readonly counter: string;
  readonly by: number;
  readonly expiresAt: number | undefined;
}

/** @param id identifies the increment: sent again with the same id, nothing is added twice */
export function incrementCommand(
  keys: PartitionKeys,
  { counter, by, expiresAt }: Increment,
  { id, now }: { readonly id: string; readonly now: number },
): RedisCommand {
  return runScript(
    INCREMENT_SCRIPT,
    [keys.counter(counter), keys.outcome(id)],
    [now, OUTCOME_TTL_MS, EXPIRY_GRACE_MS, by, expiresAt ?? ''],
  );
}
