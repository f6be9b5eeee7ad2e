import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { findChallengeByPassword } from '../src/connectors/challenges/find-challenge.ts';
import { listChallenges } from '../src/connectors/challenges/list-challenges.ts';
import { connectorPartition } from '../src/connectors/connector-record.ts';
import { listAccountConnectors } from '../src/connectors/list-account-connectors.ts';
import { MINUTE_MS, SECOND_MS } from '../src/durations.ts';
import { scopedTo } from '../src/private-ca/model/ca-context.ts';
import { authorityPartition } from '../src/private-ca/records/authority-record.ts';
import {
  certificateKey,
  certificates,
  issueTokens,
} from '../src/private-ca/records/certificate-record.ts';
import { revocationReasonOf } from '../src/private-ca/revocation/revocation-reason-of.ts';
import { writeArchive } from '../src/store/archive/write-archive.ts';
import { putEntry } from '../src/store/collection.ts';
import { connectRedis } from '../src/store/redis/connect-redis.ts';
import { sweepExpired } from '../src/store/redis/sweep-expired.ts';
import { SWEEP_SCRIPT } from '../src/store/redis/sweep-script.ts';
import { enrolExample, inBatches } from '../test/support/load/fill-site.ts';
import {
  addChallenge,
  type LargeSite,
  makeEnroller,
  openLargeSite,
} from '../test/support/load/large-site.ts';
import {
  hasRedis,
  type RedisProcess,
  startRedisProcess,
  until,
} from '../test/support/redis/redis-process.ts';
import { redisStoreSettings } from '../test/support/redis/redis-store-settings.ts';
import { compareTimes, type Timed } from './compare-times.ts';

/** The number of certificates in the large store. The small one has a thousand. */
const LARGE = Number(process.env['BENCH_CERTIFICATES'] ?? 1_000_000);
const SMALL = 1_000;
/** There is one challenge for ten certificates, and each connector has this many. */
const CHALLENGES_OF_CONNECTOR = 100;
const EXPIRED = 10_000;

interface Filled {
  readonly redis: RedisProcess;
  readonly site: LargeSite;
  readonly settings: ReturnType<typeof redisStoreSettings>;
  readonly count: number;
  readonly serialAt: (index: number) => Uint8Array;
  readonly password: string;
}

describe.runIf(hasRedis())('Redis', () => {
  it(`with ${LARGE} certificates, beside one with ${SMALL}`, async () => {
    const small = await fill(SMALL);
    const large = await fill(LARGE);
    for (const timed of await operations(small, large)) {
      const { name, small: a, large: b, ratio } = await compareTimes(timed);
      print(name, `${a.toFixed(2)} ms`, `${b.toFixed(2)} ms`, `ratio ${ratio.toFixed(2)}`);
    }
    await timeSweeps(large);
    await timeRestart(large);
    await timeExport(large);
    await small.site.store.close();
    await large.site.store.close();
  });
});

async function fill(count: number): Promise<Filled> {
  const redis = await startRedisProcess({
    config: ['appendonly no', 'save ""'],
    startTimeoutMs: 10 * MINUTE_MS,
  });
  const reach = { topology: 'standalone' as const, nodes: [redis.address] };
  const settings = redisStoreSettings(reach, {
    commandTimeoutMs: MINUTE_MS,
    keyPrefix: 'scep-connector:',
  });
  const connectorCount = Math.max(10, Math.ceil(count / 10 / CHALLENGES_OF_CONNECTOR));
  const report = await startReport(redis, count);
  const site = await openLargeSite(settings, connectorCount);
  const example = await enrolExample(site);
  await report('connectors', connectorCount);
  let password = '';
  const waiting = [...site.connectors];
  const lane = async () => {
    for (let owner = waiting.shift(); owner; owner = waiting.shift()) {
      // One after another, because they share a count.
      for (let i = 0; i < CHALLENGES_OF_CONNECTOR; i += 1) {
        const made = await addChallenge(site, owner);
        if (owner === site.connectors.at(-1)) password = made;
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  await report('challenges', connectorCount * CHALLENGES_OF_CONNECTOR);
  const serials = (indexes: readonly number[]) => indexes.map(example.serialAt);
  let batch = 0;
  await inBatches(count, async (indexes) => {
    const connector = site.connectors[batch % connectorCount] ?? site.connectors[0];
    batch += 1;
    await example.inConnector(connector, serials(indexes));
  });
  await report('certificates, at connectors', count);
  await inBatches(count, (indexes) => example.inAuthority(serials(indexes)));
  await report('certificates, at the CA', count);
  return { redis, site, settings, count, serialAt: example.serialAt, password };
}

async function startReport(redis: RedisProcess, count: number) {
  let before = await usedMemory(redis);
  let started = performance.now();
  return async (what: string, made: number) => {
    const used = await usedMemory(redis);
    const keys = Number(await redis.call('DBSIZE'));
    const seconds = ((performance.now() - started) / 1_000).toFixed(0);
    const each = ((used - before) / made).toFixed(0);
    const total = `${(used / 2 ** 20).toFixed(0)} MiB used, ${keys} keys`;
    print(`${count}: ${made} ${what}`, `${each} octets each`, total, `${seconds} s`);
    [before, started] = [used, performance.now()];
  };
}

async function usedMemory(redis: RedisProcess): Promise<number> {
  return infoOf(redis, 'memory', 'used_memory');
}

async function infoOf(redis: RedisProcess, section: string, name: string): Promise<number> {
  const info = String(await redis.call('INFO', section));
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
}

async function operations(small: Filled, large: Filled): Promise<readonly Timed[]> {
  const [a, b] = [await operationsOf(small), await operationsOf(large)];
  return Object.keys(a).map((name) => {
    const rounds = name.startsWith('enrol') ? 60 : 300;
    const missing = () => Promise.reject(new Error(name));
    return { name, small: a[name] ?? missing, large: b[name] ?? missing, rounds };
  });
}

async function operationsOf(
  filled: Filled,
): Promise<Readonly<Record<string, () => Promise<unknown>>>> {
  const { site, count, serialAt, password } = filled;
  const { store, sealer, privateCa, authorityArn, scope } = site;
  const ca = scopedTo(privateCa, scope);
  const signed = authorityPartition(authorityArn.slice(-36));
  const [connector] = site.connectors;
  const last = site.connectors.at(-1) ?? connector;
  const enroller = makeEnroller(site, last, password);
  const messages = Array.from({ length: 61 }, () => enroller.request());
  const anySerial = () => serialAt(Math.floor(Math.random() * count));
  const nameOf = (serial: Uint8Array) => certificateKey(Buffer.from(serial).toString('hex'));
  const sorted = Array.from({ length: count }, (_, i) => nameOf(serialAt(i))).toSorted();
  const listAfter = (after: string | undefined) => () =>
    store.list(signed, certificates.name, { limit: 100, ...(after && { after }) });
  return {
    'get a certificate': () => store.get(signed, certificates.name, nameOf(anySerial())),
    'list 100 certificates of the CA: the first': listAfter(undefined),
    'list 100 certificates of the CA: in the middle': listAfter(sorted[sorted.length >>> 1]),
    'list 100 certificates of the CA: the last': listAfter(sorted.at(-101)),
    'commit a record': () =>
      store.commit(signed, [
        putEntry(issueTokens, randomUUID(), { serial: '' }, { expiresAt: Date.now() + MINUTE_MS }),
      ]),
    'find a challenge by its password': () =>
      findChallengeByPassword({ store, sealer }, last.id, password),
    revocationReasonOf: () => revocationReasonOf(ca, authorityArn, anySerial()),
    'ListChallengeMetadata, 50 of 100': () => listChallenges(store, last, { limit: 50 }),
    'ListConnectors, 9': () => listAccountConnectors(store, scope, { limit: 9 }),
    'enrol (PKCSReq, embedded CA)': async () => {
      const message = messages.pop() ?? enroller.request();
      await enroller.enrol(message);
    },
  };
}

async function timeSweeps({ redis, site, settings }: Filled): Promise<void> {
  const events = { onReady: () => undefined, report: () => undefined };
  const connections = connectRedis(settings, events);
  const caller = { connections, scripts: [SWEEP_SCRIPT], timeoutMs: MINUTE_MS };
  const sweep = async (what: string, now: () => number) => {
    await redis.call('CONFIG', 'RESETSTAT');
    const started = performance.now();
    const meanwhile = timeGets(site);
    const swept = await sweepExpired({ caller, keyPrefix: settings.keyPrefix, clock: now });
    const seconds = (performance.now() - started) / 1_000;
    const busy = (await busyMicroseconds(redis)) / 1e6;
    const wait = `a get meanwhile ${(await meanwhile()).toFixed(2)} ms`;
    print(
      what,
      `${swept} removed`,
      wait,
      `${seconds.toFixed(1)} s, of which Redis ${busy.toFixed(1)} s`,
    );
  };
  await sweep('sweep: first', Date.now);
  await sweep('sweep: nothing has expired', Date.now);
  // Sweeps compare with whole seconds of Redis's clock.
  const expiresAt = Date.now() - SECOND_MS;
  const partition = connectorPartition(site.connectors[0].id);
  await inBatches(EXPIRED, async (indexes) => {
    const token = () => putEntry(issueTokens, randomUUID(), { serial: '' }, { expiresAt });
    await site.store.commit(partition, indexes.map(token));
  });
  await sweep(`sweep: of ${EXPIRED} that expired`, Date.now);
  connections.close();
}

/**
 * Reads a record repeatedly until stopped. The returned function resolves to the median in
 * milliseconds.
 */
function timeGets({ store, connectors }: LargeSite): () => Promise<number> {
  const times: number[] = [];
  const over = new AbortController();
  const reading = (async () => {
    while (!over.signal.aborted) {
      const before = performance.now();
      await store.get(connectorPartition(connectors[0].id), 'connectors', 'connector');
      times.push(performance.now() - before);
      await setTimeout(5);
    }
  })();
  return async () => {
    over.abort();
    await reading;
    return times.toSorted((a, b) => a - b)[times.length >>> 1] ?? Number.NaN;
  };
}

async function busyMicroseconds(redis: RedisProcess): Promise<number> {
  const info = String(await redis.call('INFO', 'commandstats'));
  return [...info.matchAll(/usec=(\d+)/g)].reduce((sum, [, usec]) => sum + Number(usec), 0);
}

async function timeRestart({ redis }: Filled): Promise<void> {
  let started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1_000).toFixed(0)} s`;
  await redis.call('CONFIG', 'SET', 'appendonly', 'yes');
  for (let isOver = false; !isOver; ) {
    const look = async () => (await infoOf(redis, 'persistence', 'aof_rewrite_in_progress')) === 0;
    isOver = await until('a rewritten AOF', async () => (await look()) || undefined).catch(
      () => false,
    );
  }
  const size = await infoOf(redis, 'persistence', 'aof_current_size');
  print('AOF rewritten', `${(size / 2 ** 20).toFixed(0)} MiB`, seconds());
  const keys = await redis.call('DBSIZE');
  await redis.call('CONFIG', 'REWRITE');
  await redis.kill();
  started = performance.now();
  await redis.start();
  print(
    'restart with the AOF',
    `${keys} keys before, ${await redis.call('DBSIZE')} after`,
    seconds(),
  );
}

async function timeExport({ site }: Filled): Promise<void> {
  const { store, masterKey } = site;
  const origin = { store, masterKey, archiveId: randomBytes(16), createdAt: Date.now() };
  const started = performance.now();
  let octets = 0;
  for await (const piece of writeArchive(origin)) octets += piece.length;
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  print('store export', `${(octets / 2 ** 20).toFixed(0)} MiB`, `${seconds} s`);
}

function print(...cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}
