import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RedisProcess, RedisProcessOptions } from './redis-process.ts';
import { startRedisProcess, until } from './redis-process.ts';
import { tempDirectory } from './temp-directory.ts';
import { makeTlsFiles } from './tls-files.ts';

/** As `store.redis` has it, as far as a topology decides it. */
export interface RedisReach {
  readonly topology: 'standalone' | 'sentinel' | 'cluster';
  readonly nodes: readonly string[];
  readonly sentinelName?: string;
}

export interface StandaloneRedis extends RedisProcess {
  readonly reach: RedisReach;
}

export interface SentinelRedis {
  readonly reach: RedisReach;
  readonly sentinels: readonly RedisProcess[];
  /** The master and its two replicas, in no lasting order. */
  readonly servers: readonly RedisProcess[];
  /** Whom the Sentinels call the master now. */
  readonly master: () => Promise<RedisProcess>;
  /** Resolves when the Sentinels have chosen another master than this one. */
  readonly failedOver: (from: RedisProcess) => Promise<RedisProcess>;
  readonly stop: () => Promise<void>;
}

export interface RedisCluster {
  readonly reach: RedisReach;
  /** Three primaries and three replicas, in no lasting order. */
  readonly servers: readonly RedisProcess[];
  /** The primary that answers for a key. */
  readonly primaryOf: (key: string) => Promise<RedisProcess>;
  /** Resolves when another node than this one answers for the key. */
  readonly failedOver: (key: string, from: RedisProcess) => Promise<RedisProcess>;
  readonly stop: () => Promise<void>;
}

/** What changes a topology from its defaults. */
export interface RedisOptions extends Pick<RedisProcessOptions, 'client'> {
  /** The program; redis-server of the PATH without it. */
  readonly program?: string;
  /** Further lines of redis.conf, for every server. */
  readonly config?: readonly string[];
}

const DURABLE = ['appendonly yes', 'appendfsync always', 'save ""', 'repl-diskless-sync-delay 0'];

/** Every write on the disk before it is answered. */
export async function startStandaloneRedis(options: RedisOptions = {}): Promise<StandaloneRedis> {
  const server = await startRedisProcess(durable(options));
  return { ...server, reach: { topology: 'standalone', nodes: [server.address] } };
}

/** One master, two replicas and three Sentinels, which fail over when the master is silent for a second. */
export async function startSentinelRedis(options: RedisOptions = {}): Promise<SentinelRedis> {
  const first = await startRedisProcess(durable(options));
  const replicaOf = {
    ...options,
    config: [`replicaof 127.0.0.1 ${first.port}`, ...(options.config ?? [])],
  };
  const replicas = await inTurn(2, () => startRedisProcess(durable(replicaOf)));
  const servers = [first, ...replicas];
  await until('two replicas', async () => {
    const info = String(await first.call('INFO', 'replication'));
    return info.match(/state=online/g)?.length === 2 ? true : undefined;
  });
  const config = [
    `sentinel monitor main 127.0.0.1 ${first.port} 2`,
    'sentinel down-after-milliseconds main 1000',
    'sentinel failover-timeout main 4000',
  ];
  const sentinels = await inTurn(3, () =>
    startRedisProcess({ ...options, sentinel: true, config }),
  );
  const ask = async (): Promise<RedisProcess | undefined> => {
    const answers = sentinels.map((sentinel) =>
      sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main'),
    );
    const ports = await Promise.all(answers.map((answer) => answer.catch(() => undefined)));
    const [port, ...others] = ports.filter(Array.isArray).map((address) => Number(address[1]));
    return others.every((other) => other === port)
      ? servers.find((server) => server.port === port)
      : undefined;
  };
  await until('Sentinels that know each other', async () => {
    const ready = sentinels.map((sentinel) => sentinel.call('SENTINEL', 'CKQUORUM', 'main'));
    const knowAll = sentinels.map(async (sentinel) => {
      const found = await sentinel.call('SENTINEL', 'SENTINELS', 'main');
      const slaves = await sentinel.call('SENTINEL', 'REPLICAS', 'main');
      return (
        Array.isArray(found) && found.length === 2 && Array.isArray(slaves) && slaves.length === 2
      );
    });
    await Promise.all(ready);
    return (await Promise.all(knowAll)).every(Boolean) || undefined;
  });
  return {
    reach: {
      topology: 'sentinel',
      nodes: sentinels.map(({ address }) => address),
      sentinelName: 'main',
    },
    sentinels,
    servers,
    master: () => until('a master', ask),
    failedOver: (from) =>
      until('another master', async () => {
        const master = await ask();
        if (master === undefined || master.port === from.port) return undefined;
        return String(await master.call('INFO', 'replication')).includes('role:master')
          ? master
          : undefined;
      }),
    stop: () => stopAll([...sentinels, ...servers]),
  };
}

/** Three primaries with a replica each, which fail over when a primary is silent for a second. */
export async function startRedisCluster(options: RedisOptions = {}): Promise<RedisCluster> {
  const cluster = ['cluster-enabled yes', 'cluster-node-timeout 1000'];
  const config = [...cluster, 'cluster-config-file nodes.conf', ...(options.config ?? [])];
  const servers = await inTurn(6, () => startRedisProcess(durable({ ...options, config })));
  const primaries = servers.slice(0, 3);
  await Promise.all(primaries.map((primary, i) => addSlots(primary, i)));
  // Nodes that start with one epoch settle it among themselves, which takes a while.
  await Promise.all(servers.map((server, i) => server.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)));
  for (const server of servers.slice(1)) {
    await server.call('CLUSTER', 'MEET', '127.0.0.1', primaries[0]?.port ?? 0);
  }
  for (const [i, replica] of servers.slice(3).entries()) {
    const id = String(await primaries[i]?.call('CLUSTER', 'MYID'));
    await until('nodes that know each other', async () =>
      String(await replica.call('CLUSTER', 'REPLICATE', id)),
    );
  }
  const owner = (key: string) => primaryOf(servers, key);
  await until('a whole cluster', () => isWhole(servers));
  return {
    reach: { topology: 'cluster', nodes: primaries.map(({ address }) => address) },
    servers,
    primaryOf: (key) => until('a primary', () => owner(key)),
    failedOver: (key, from) =>
      until('another primary', async () => {
        const primary = await owner(key);
        return primary?.port === from.port ? undefined : primary;
      }),
    stop: () => stopAll(servers),
  };
}

export interface SecureRedis extends RedisProcess {
  readonly reach: RedisReach;
  readonly username: string;
  readonly password: string;
  /** PEM. */
  readonly tls: {
    readonly ca: string;
    readonly caFile: string;
    readonly cert: string;
    readonly certFile: string;
    readonly key: string;
    readonly keyFile: string;
  };
}

/** TLS in which the client has a certificate as well, and one user, who has these rules of the ACL. */
export async function startSecureRedis(rules: string): Promise<SecureRedis> {
  const directory = tempDirectory();
  // Self-signed, so each is its own CA; the server's is the one that both trust here.
  const { certFile, keyFile, cert, key } = makeTlsFiles(directory, 'redis');
  const aclFile = path.join(directory, 'users.acl');
  const [username, password] = ['scep-connector', 'correct-horse-battery'];
  writeFileSync(
    aclFile,
    `user default off\nuser ${username} on >${password} ${rules}\nuser tester on >tester ~* &* +@all\n`,
  );
  const tls = { ca: cert, cert, key };
  const server = await startRedisProcess({
    config: [
      ...DURABLE,
      'port 0',
      'tls-port PORT',
      `tls-cert-file ${certFile}`,
      `tls-key-file ${keyFile}`,
      `tls-ca-cert-file ${certFile}`,
      `aclfile ${aclFile}`,
    ],
    client: { username: 'tester', password: 'tester', tls },
  });
  return {
    ...server,
    ...{ username, password },
    reach: { topology: 'standalone', nodes: [server.address] },
    tls: { ...tls, caFile: certFile, certFile, keyFile },
  };
}

function durable({ config = [], ...others }: RedisOptions): RedisOptions {
  return { ...others, config: [...DURABLE, ...config] };
}

async function inTurn<T>(count: number, start: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, start));
}

async function stopAll(servers: readonly RedisProcess[]): Promise<void> {
  await Promise.all(servers.map((server) => server.kill()));
}

/** A third of the slots each. */
async function addSlots(server: RedisProcess, third: number): Promise<void> {
  const first = Math.ceil((16_384 * third) / 3);
  const last = Math.ceil((16_384 * (third + 1)) / 3) - 1;
  const slots = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  await server.call('CLUSTER', 'ADDSLOTS', ...slots);
}

async function isWhole(servers: readonly RedisProcess[]): Promise<true | undefined> {
  const infos = await Promise.all(servers.map((server) => server.call('CLUSTER', 'INFO')));
  const links = await Promise.all(servers.map((server) => server.call('INFO', 'replication')));
  const replicated = links.filter((link) => String(link).includes('state=online')).length === 3;
  return (
    (replicated && infos.every((info) => String(info).includes('cluster_state:ok'))) || undefined
  );
}

/** As a node that runs sees it, once it has noticed a failover. */
async function primaryOf(
  servers: readonly RedisProcess[],
  key: string,
): Promise<RedisProcess | undefined> {
  for (const server of servers) {
    const slot = await server.call('CLUSTER', 'KEYSLOT', key).catch(() => undefined);
    if (slot === undefined) continue;
    const ranges = (await server.call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
    const range = ranges.find(([from, to]) => from <= Number(slot) && Number(slot) <= to);
    return servers.find(({ port }) => port === range?.[2][1]);
  }
  return undefined;
}
