import { createHash } from 'node:crypto';

/** A Lua script, which Redis knows by the SHA-1 of its text once it is loaded. */
export interface Script {
  readonly text: string;
  /** Lower-case hexadecimal. */
  readonly sha: string;
}

export type RedisCommand = readonly [name: string, ...values: (string | number)[]];

export function defineScript(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

export function runScript(
  { sha }: Script,
  keys: readonly string[],
  values: readonly (string | number)[],
): RedisCommand {
  return ['EVALSHA', sha, keys.length, ...keys, ...values];
}
