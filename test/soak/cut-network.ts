import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll } from 'vitest';
import { requireClient } from '../support/clients/require-client.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

/**
 * A network of two namespaces, `redis` and `replica`, with three links, each with two addresses.
 * The tests run outside and have a link to both, so that a cut between the two affects nothing
 * else.
 *
 * | link              | one end | other end |
 * | ----------------- | ------- | --------- |
 * | tests to Redis    | outside | redis     |
 * | tests to replica  | outside | replica   |
 * | replica to Redis  | replica | redis     |
 */
export interface CutNetwork {
  readonly redis: string;
  readonly replica: string;
  readonly addresses: Readonly<Record<'redisForTests' | 'replica' | 'redisForReplica', string>>;
  /** Drops packets between replica and Redis silently. */
  readonly cut: () => void;
  readonly mend: () => void;
}

/**
 * Whether this user can make namespaces, for `describe.runIf`.
 * @throws Error when not and CI=true
 */
export function canCutNetworks(): boolean {
  if (!requireClient('network namespaces', ['ip'], 'test/soak/install.sh')) return false;
  const name = `scep-try-${process.pid}`;
  const added = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (added.status === 0) {
    spawnSync('ip', ['netns', 'delete', name]);
    return true;
  }
  const reason = `network namespaces are not permitted: ${added.stderr.trim()}`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return false;
}

/** Makes the network. It is removed with the test file at the latest. */
export function makeCutNetwork(): CutNetwork {
  const id = process.pid % 10_000;
  const [redis, replica] = [`scep-redis-${id}`, `scep-replica-${id}`];
  const ends = (name: string) => [`sc${name}a${id}`, `sc${name}b${id}`] as const;
  const [cutAtReplica, cutAtRedis] = ends('c');
  const toRedis = addressesOf(3 * id);
  const toReplica = addressesOf(3 * id + 1);
  const between = addressesOf(3 * id + 2);
  for (const name of [redis, replica]) {
    // A killed process with the same number may have left it.
    spawnSync('ip', ['netns', 'delete', name]);
    made.add(name);
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
  }
  link(ends('r'), [undefined, toRedis[0]], [redis, toRedis[1]]);
  link(ends('p'), [undefined, toReplica[0]], [replica, toReplica[1]]);
  link([cutAtReplica, cutAtRedis], [replica, between[0]], [redis, between[1]]);
  const addresses = {
    redisForTests: toRedis[1],
    replica: toReplica[1],
    redisForReplica: between[1],
  };
  const set = (state: string) => ip('-n', redis, 'link', 'set', cutAtRedis, state);
  return { redis, replica, addresses, cut: () => set('down'), mend: () => set('up') };
}

type Ends = readonly [string, string];

/**
 * The two addresses of one of 32768 links, from the block for benchmarks (RFC 2544), so that they
 * do not clash with real addresses or with those of other test processes.
 */
function addressesOf(number: number): Ends {
  const address = (last: number) =>
    `198.${18 + (number >>> 14)}.${(number >>> 6) & 0xff}.${((number & 0x3f) << 2) + last}`;
  return [address(1), address(2)];
}

/** Writes a program that runs another one in the namespace. Signals reach the other one. */
export function programWithin(namespace: string, program: string): string {
  const file = path.join(tempDirectory(), 'within.sh');
  const script = `#!/bin/sh\nexec ip netns exec ${namespace} ${program} "$@"\n`;
  writeFileSync(file, script, { mode: 0o700 });
  return file;
}

type End = readonly [namespace: string | undefined, address: string];

function link(names: readonly [string, string], ...ends: readonly [End, End]): void {
  ip('link', 'add', names[0], 'type', 'veth', 'peer', 'name', names[1]);
  for (const [i, [namespace, address]] of ends.entries()) {
    const name = names[i] ?? '';
    if (namespace !== undefined) ip('link', 'set', name, 'netns', namespace);
    const within = namespace === undefined ? [] : ['-n', namespace];
    ip(...within, 'address', 'add', `${address}/30`, 'dev', name);
    ip(...within, 'link', 'set', name, 'up');
  }
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

const made = new Set<string>();

function removeAll(): void {
  // Links are removed with their namespaces.
  for (const name of made) spawnSync('ip', ['netns', 'delete', name]);
  made.clear();
}

process.once('exit', removeAll);
afterAll(removeAll);
