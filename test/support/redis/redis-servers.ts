import {
  type RedisProcess,
  type RedisProcessOptions,
  startRedisProcess,
  until,
} from './redis-process.ts';
import { type RedisSecurity, secureRedis } from './secure-redis.ts';

/** The part of `store.redis` that depends on the topology. */
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
  /** The master and its two replicas. Their roles change. */
  readonly servers: readonly RedisProcess[];
  /** The server that the Sentinels call the master now. */
  readonly master: () => Promise<RedisProcess>;
  /** Resolves when the Sentinels have chosen a master other than this one. */
  readonly failedOver: (from: RedisProcess) => Promise<void>;
  /**
   * Resolves with the master when both of its replicas are up to date. It may be another one than
   * before: Sentinels sometimes fail over twice.
   */
  readonly whole: () => Promise<RedisProcess>;
  readonly stop: () => Promise<void>;
}

export interface RedisCluster {
  readonly reach: RedisReach;
  /** Three primaries and three replicas. Their roles change. */
  readonly servers: readonly RedisProcess[];
  /** The primary that holds a key. */
  readonly primaryOf: (key: string) => Promise<RedisProcess>;
  /** Resolves when another node than this one holds the key. */
  readonly failedOver: (key: string, from: RedisProcess) => Promise<RedisProcess>;
  /** Resolves when all slots are served and each primary has its replica, up to date. */
  readonly whole: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Changes to the defaults of a topology. */
export interface RedisOptions extends Pick<RedisProcessOptions, 'client'> {
  /** The program; redis-server of the PATH by default. */
  readonly program?: string;
  /** Further lines of redis.conf, for every server. */
  readonly config?: readonly string[];
  /** Further lines for every Sentinel. */
  readonly sentinelConfig?: readonly string[];
  /** Names of the servers, then of the Sentinels; 127.0.0.1 by default. */
  readonly hosts?: readonly string[];
  /**
   * Whether others take over from a server that is silent for a second, for tests of failover. By
   * default roles stay as they are, however slow a busy machine makes a server.
   */
  readonly failsOver?: boolean;
}

const DURABLE = ['appendonly yes', 'appendfsync always', 'save ""', 'repl-diskless-sync-delay 0'];

/** Milliseconds. */
const SILENT_AT_MOST_MS = 1_000;
const FOR_EVER_MS = 600_000;

/** Used while the cluster forms: the shorter this timeout, the sooner nodes hear of each other. */
const CLUSTER_NODE = [
  'cluster-enabled yes',
  `cluster-node-timeout ${SILENT_AT_MOST_MS}`,
  'cluster-config-file nodes.conf',
];

/** Writes every change to disk before answering. */
export async function startStandaloneRedis(options: RedisOptions = {}): Promise<StandaloneRedis> {
  const server = await startRedisProcess(durable(options));
  return { ...server, reach: { topology: 'standalone', nodes: [server.address] } };
}

/** One master, two replicas and three Sentinels. */
export async function startSentinelRedis(options: RedisOptions = {}): Promise<SentinelRedis> {
  const { hosts = [], sentinelConfig = [], failsOver = false } = options;
  const first = await startRedisProcess({ ...durable(options), ...at(hosts, 0) });
  const replicaOf = `replicaof ${first.host} ${first.port}`;
  const replica = durable({ ...options, config: [replicaOf, ...(options.config ?? [])] });
  const replicas = await inTurn(2, (i) => startRedisProcess({ ...replica, ...at(hosts, 1 + i) }));
  const servers = [first, ...replicas];
  await until('two replicas', () => withTwoReplicas(first));
  const config = [
    ...sentinelConfig,
    `sentinel monitor main ${first.host} ${first.port} 2`,
    `sentinel down-after-milliseconds main ${failsOver ? SILENT_AT_MOST_MS : FOR_EVER_MS}`,
    'sentinel failover-timeout main 4000',
  ];
  const sentinels = await inTurn(3, (i) =>
    startRedisProcess({ ...options, sentinel: true, config, ...at(hosts, 3 + i) }),
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
    failedOver: async (from) => {
      await until('another master', async () => {
        const master = await ask();
        if (master === undefined || master.port === from.port) return undefined;
        const info = String(await master.call('INFO', 'replication'));
        return info.includes('role:master') || undefined;
      });
    },
    whole: () => until('two replicas', async () => withTwoReplicas(await ask())),
    stop: () => stopAll([...sentinels, ...servers]),
  };
}

/** Three primaries with a replica each. */
export async function startRedisCluster(options: RedisOptions = {}): Promise<RedisCluster> {
  const config = [...CLUSTER_NODE, ...(options.config ?? [])];
  const node = durable({ ...options, config });
  const servers = await inTurn(6, (i) => startRedisProcess({ ...node, ...at(options.hosts, i) }));
  const primaries = servers.slice(0, 3);
  await Promise.all(primaries.map((primary, i) => addSlots(primary, i)));
  // Nodes that start with the same epoch need some time to settle it among themselves.
  await Promise.all(servers.map((server, i) => server.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)));
  await introduce(servers);
  for (const [i, replica] of servers.slice(3).entries()) {
    const id = String(await primaries[i]?.call('CLUSTER', 'MYID'));
    await until('a replica', async () => String(await replica.call('CLUSTER', 'REPLICATE', id)));
  }
  const owner = (key: string) => primaryOf(servers, key);
  const whole = async () => {
    await until('a whole cluster', () => isWhole(servers));
  };
  await whole();
  if (!options.failsOver) await Promise.all(servers.map(keepRole));
  return {
    reach: { topology: 'cluster', nodes: primaries.map(({ address }) => address) },
    servers,
    primaryOf: (key) => until('a primary', () => owner(key)),
    failedOver: (key, from) =>
      until('another primary', async () => {
        const primary = await owner(key);
        return primary?.port === from.port ? undefined : primary;
      }),
    whole,
    stop: () => stopAll(servers),
  };
}

/** Adds a primary that has no slots and no replica and keeps its role. */
export async function addEmptyPrimary(cluster: RedisCluster): Promise<RedisProcess> {
  const added = await startRedisProcess(durable({ config: CLUSTER_NODE }));
  await introduce([added, ...cluster.servers]);
  await until('a node that is up', async () => {
    const info = String(await added.call('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') || undefined;
  });
  await keepRole(added);
  return added;
}

export interface SecureRedis extends RedisProcess, RedisSecurity {
  readonly reach: RedisReach;
}

/** One server with TLS and one user, who has these ACL rules. */
export async function startSecureRedis(rules: string): Promise<SecureRedis> {
  const security = secureRedis({ rules });
  return { ...(await startStandaloneRedis(security.options)), ...security };
}

function durable({ config = [], ...others }: RedisOptions): RedisOptions {
  return { ...others, config: [...DURABLE, ...config] };
}

function at(hosts: readonly string[] | undefined, i: number): { readonly host?: string } {
  const host = hosts?.[i];
  return host === undefined ? {} : { host };
}

async function inTurn<T>(count: number, start: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => start(i)));
}

async function stopAll(servers: readonly RedisProcess[]): Promise<void> {
  await Promise.all(servers.map((server) => server.kill()));
}

/**
 * Has the first node meet the others, repeatedly while one of them is too busy. Resolves when every
 * node knows every other.
 */
async function introduce(nodes: readonly RedisProcess[]): Promise<void> {
  const [first] = nodes;
  await until('nodes that know each other', async () => {
    const replies = await Promise.all(nodes.map(({ call }) => call('CLUSTER', 'NODES')));
    const lists = replies.map(String);
    for (const { port } of nodes) {
      if (lists[0]?.includes(`:${port}@`)) continue;
      await first?.call('CLUSTER', 'MEET', '127.0.0.1', port);
    }
    const knowsAll = (list: string) => nodes.every(({ port }) => list.includes(`:${port}@`));
    return lists.every((list) => knowsAll(list) && !list.includes('handshake')) || undefined;
  });
}

async function keepRole(node: RedisProcess): Promise<void> {
  await node.call('CONFIG', 'SET', 'cluster-node-timeout', FOR_EVER_MS);
}

/** Gives the server a third of the slots. */
async function addSlots(server: RedisProcess, third: number): Promise<void> {
  const first = Math.ceil((16_384 * third) / 3);
  const last = Math.ceil((16_384 * (third + 1)) / 3) - 1;
  const slots = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  await server.call('CLUSTER', 'ADDSLOTS', ...slots);
}

/** The master, once it has two replicas that are up to date. */
async function withTwoReplicas(
  master: RedisProcess | undefined,
): Promise<RedisProcess | undefined> {
  const info = String(await master?.call('INFO', 'replication'));
  return info.match(/state=online/g)?.length === 2 ? master : undefined;
}

async function isWhole(servers: readonly RedisProcess[]): Promise<true | undefined> {
  const infos = await Promise.all(servers.map((server) => server.call('CLUSTER', 'INFO')));
  const links = await Promise.all(servers.map((server) => server.call('INFO', 'replication')));
  const replicated = links.filter((link) => String(link).includes('state=online')).length === 3;
  return (
    (replicated && infos.every((info) => String(info).includes('cluster_state:ok'))) || undefined
  );
}

/** The primary as a running node sees it, once it has noticed a failover. */
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
