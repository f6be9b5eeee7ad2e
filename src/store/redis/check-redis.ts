import type { Redis } from 'ioredis';
import { callServer } from './call-redis.ts';

export interface RedisExpectations {
  readonly writeReplicas: number;
}

const OLDEST_VERSION = [6, 2] as const;

interface RedisFaults {
  /** One sentence for each setting by which the server may lose records. */
  readonly faults: readonly string[];
  /** The sentence for a server that removes records when its memory is full. */
  readonly eviction?: string;
}

/**
 * What a server is set to that may lose records. Valkey reports the version of Redis that it is
 * compatible with. Settings that the server does not reveal are skipped.
 * @throws the client's error when the connection is lost meanwhile
 */
export async function checkRedis(
  server: Redis,
  { writeReplicas }: RedisExpectations,
): Promise<RedisFaults> {
  const info = readInfo(String(await callServer(server, ['INFO'])));
  if (info.get('role') === 'slave') return { faults: [] };
  const faults: string[] = [];
  const version = info.get('redis_version') ?? '';
  if (isTooOld(version)) faults.push(`its version is ${version}; 6.2 is the oldest that works`);
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  const eviction = `it evicts records when its memory is full: set maxmemory-policy noeviction (${policy} now)`;
  if (info.get('aof_enabled') === '0' && (await savesNothing(server))) {
    faults.push('it keeps nothing on disk: set appendonly yes, or a restart loses every record');
  }
  const replicas = Number(info.get('connected_slaves') ?? writeReplicas);
  if (replicas < writeReplicas) {
    faults.push(
      `it has ${replicas} replicas, so no commit succeeds: writeReplicas is ${writeReplicas}`,
    );
  }
  return policy === 'noeviction' ? { faults } : { faults, eviction };
}

/** Managed servers often refuse CONFIG. */
async function savesNothing(server: Redis): Promise<boolean> {
  const reply = await callServer(server, ['CONFIG', 'GET', 'save']).catch(() => undefined);
  return Array.isArray(reply) && reply[1] === '';
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_VERSION;
  if (version === '') return false;
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

function readInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').map((line) => line.split(':', 2) as [string, string?]);
  return new Map(lines.map(([name, value = '']) => [name, value]));
}
