import { readFileSync } from 'node:fs';

/** The ACL rules of docs/redis.md, with the key prefixes that tests use. */
export function documentedRedisRules(): { readonly rules: string; readonly sentinelRules: string } {
  const page = readFileSync('docs/redis.md', 'utf8');
  const users = [...page.matchAll(/^user scep-connector on >PASSWORD (.+)$/gm)];
  const [rules = '', sentinelRules = ''] = users.map(([, given = '']) => given);
  return { rules: rules.replace('~scep-connector:*', '~store-* ~test-*'), sentinelRules };
}
