import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type RecordStore, StoreUnavailableError } from '../../../../src/store/record-store.ts';
import { openRedisRecordStore } from '../../../../src/store/redis/redis-record-store.ts';
import { startStopwatch } from '../../../support/load/stopwatch.ts';
import { redisStoreSettings } from '../../../support/redis/redis-store-settings.ts';

/**
 * What is answered to a command, as Redis writes it, such as `+OK` or `-LOADING ...`; a line break
 * is added. Undefined: nothing.
 */
type RedisAnswer = (name: string, values: readonly string[]) => string | undefined;

interface FakeRedis {
  /** host:port */
  readonly address: string;
  /** How often a command was sent so far; its name in capitals. */
  count(name: string): number;
}

const INFO = 'role:master\r\nredis_version:7.0.0\r\nloading:0\r\n';
const WELCOME: Readonly<Record<string, string>> = {
  CLIENT: '+OK',
  INFO: `$${INFO.length}\r\n${INFO}`,
};

const TIMEOUT = 400;

/** Error replies of Redis 7, with the advice that the log adds. */
const STATES = [
  ["READONLY You can't write against a read only replica.", 'name its master in'],
  ['LOADING Redis is loading the dataset in memory', 'reads its data'],
  [
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    'does not reach its master',
  ],
  [
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    'a script of another program',
  ],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'raise maxmemory'],
  ['NOAUTH Authentication required.', 'store.redis.username and passwordFile'],
  ["NOPERM User scep has no permissions to run the 'evalsha' command", 'docs/redis.md lists'],
  ['CLUSTERDOWN The cluster is down', 'see CLUSTER INFO'],
  ['CLUSTERDOWN Hash slot not served', 'see CLUSTER INFO'],
  ['MOVED 866 127.0.0.1:1', 'is store.redis.topology cluster?'],
  ['MISCONF Errors writing to the AOF file: No space left on device', 'write to its disk'],
  ['NOREPLICAS Not enough good replicas to write.', 'min-replicas-to-write'],
  ['TRYAGAIN Multiple keys request during rehashing of slot', ''],
] as const;

/** The reason for which a call is refused in time. */
async function refusalOf(call: () => Promise<unknown>): Promise<string> {
  const elapsed = startStopwatch();
  const error = await call().catch((thrown: unknown) => thrown);
  expect(elapsed()).toBeLessThan(5 * TIMEOUT);
  expect(error).toBeInstanceOf(StoreUnavailableError);
  return String(error);
}

const calls = (store: RecordStore) => ({
  get: () => store.get('p', 'c', 'a'),
  list: () => store.list('p', 'c', { limit: 10 }),
  commit: () => store.commit('p', [{ kind: 'put', collection: 'c', key: 'a', value: '1' }]),
  increment: () => store.increment('p', 'n', 1),
  collections: () => store.collections()[Symbol.asyncIterator]().next(),
});

describe('a server that answers', () => {
  it.each(STATES)(
    'makes the store unavailable in time when it answers %s',
    async (answer, advice) => {
      const redis = await startFakeRedis(() => `-${answer}`);
      const settings = { commandTimeoutMs: TIMEOUT };
      const store = openRedisRecordStore(
        redisStoreSettings({ topology: 'standalone', nodes: [redis.address] }, settings),
      );
      let attempts = 0;
      const asked = Object.entries(calls(store)).map(async ([name, call]) => {
        let refusal = '';
        const ask = async () => {
          attempts += 1;
          refusal = await refusalOf(call);
          return refusal;
        };
        if (name === 'collections') {
          // READONLY ends the connection, after which collections() fails.
          await ask();
          return;
        }
        // On a busy machine a call may time out before any answer.
        await expect.poll(ask).toContain(`${answer}${advice && '; '}`);
        expect(refusal).toContain(advice);
      });
      await Promise.all(asked);
      // The pauses between calls grow.
      expect(redis.count('EVALSHA')).toBeLessThanOrEqual(attempts * 10);
      await store.close();
    },
  );

  it.each([
    ['NOSCRIPT No matching script.', 'forgets its scripts at once'],
    ['ASK 866 127.0.0.1:1', 'sends on to itself'],
  ])('is not asked without end when it answers %s, as one that %s', async (answer) => {
    const redis = await startFakeRedis((name) => (name === 'SCRIPT' ? '+OK' : `-${answer}`));
    const reach = { topology: 'standalone', nodes: [redis.address] } as const;
    const store = openRedisRecordStore(redisStoreSettings(reach, { commandTimeoutMs: TIMEOUT }));
    const elapsed = startStopwatch();
    await expect(calls(store).commit()).rejects.toThrow(StoreUnavailableError);
    expect(elapsed()).toBeLessThan(5 * TIMEOUT);
    expect(redis.count('EVALSHA')).toBeLessThanOrEqual(2 * 10);
    await store.close();
  });

  it('makes the store unavailable in time when it answers NOSCRIPT and then nothing', async () => {
    const redis = await startFakeRedis((name) =>
      name === 'SCRIPT' ? undefined : '-NOSCRIPT No script',
    );
    const reach = { topology: 'standalone', nodes: [redis.address] } as const;
    const store = openRedisRecordStore(redisStoreSettings(reach, { commandTimeoutMs: TIMEOUT }));
    const elapsed = startStopwatch();
    await expect(calls(store).commit()).rejects.toThrow(StoreUnavailableError);
    expect(elapsed()).toBeLessThan(1.8 * TIMEOUT);
    await store.close();
  });

  it('reports a bug of this program as an Error', async () => {
    const redis = await startFakeRedis(() => '-ERR wrong number of arguments for this command');
    const reach = { topology: 'standalone', nodes: [redis.address] } as const;
    const store = openRedisRecordStore(redisStoreSettings(reach));
    await expect(calls(store).commit()).rejects.not.toThrow(StoreUnavailableError);
    await expect(calls(store).get()).rejects.toThrow(/^Redis refuses: ERR wrong number/);
    await store.close();
  });
});

describe('a cluster whose nodes send on to each other', () => {
  it('makes the store unavailable in time, and is not asked without end', async () => {
    let port = '';
    const redis = await startFakeRedis((name, values) => {
      if (name !== 'CLUSTER') return `-MOVED 866 127.0.0.1:${port}`;
      if (values[0]?.toUpperCase() !== 'SLOTS') return '+cluster_state:ok';
      return `*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:${port}`;
    });
    [, port = ''] = redis.address.split(':');
    const report = vi.fn();
    const store = openRedisRecordStore(
      redisStoreSettings(
        { topology: 'cluster', nodes: [redis.address] },
        { commandTimeoutMs: TIMEOUT, report },
      ),
    );
    let attempts = 0;
    const ask = () => {
      attempts += 1;
      return refusalOf(() => calls(store).commit());
    };
    await expect.poll(ask).toMatch(/MOVED 866 .*nodes may not agree yet/);
    expect(redis.count('EVALSHA')).toBeLessThanOrEqual(attempts * 10);
    await store.close();
  });
});

/**
 * A server that speaks the protocol of Redis, lets every client in, and answers what a test wants
 * to whatever else comes.
 */
async function startFakeRedis(answer: RedisAnswer): Promise<FakeRedis> {
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let unread = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      unread += chunk.toString('latin1');
      for (let read = readCommand(unread); read; read = readCommand(unread)) {
        unread = read.rest;
        const [word = '', ...values] = read.words;
        const name = word.toUpperCase();
        counts.set(name, (counts.get(name) ?? 0) + 1);
        const reply = WELCOME[name] ?? answer(name, values);
        if (reply !== undefined) socket.write(`${reply}\r\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, count: (name) => counts.get(name) ?? 0 };
}

/** The first command, if all of it has come: an array of bulk strings. */
function readCommand(text: string): { words: readonly string[]; rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  for (let left = Number(head[1]); left > 0; left -= 1) {
    const length = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20));
    if (!length) return undefined;
    at += length[0].length;
    const end = at + Number(length[1]);
    if (text.length < end + 2) return undefined;
    words.push(text.slice(at, end));
    at = end + 2;
  }
  return { words, rest: text.slice(at) };
}
