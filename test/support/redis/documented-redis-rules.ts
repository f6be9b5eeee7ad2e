import { readFileSync } from 'node:fs';

/** The rules of the ACL that docs/redis.md gives, at the servers with the prefixes of tests. */
export function documentedRedisRules(): { readonly rules: string; readonly sentinelRules: string } {
  const page = readFileSync('docs/redis.md', 'utf8');
  const users = [...page.matchAll(/^user scep-connector on >PASSWORD (.+)$/gm)];
  const [rules = '', sentinelRules = ''] = users.map(([, given = '']) => given);
  return { rules: rules.replace('~scep-connector:*', '~store-* ~test-*'), sentinelRules };
}
