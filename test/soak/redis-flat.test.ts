import { describe, expect, it } from 'vitest';
import { findChallengeByPassword } from '../../src/connectors/challenges/find-challenge.ts';
import { listChallenges } from '../../src/connectors/challenges/list-challenges.ts';
import { listAccountConnectors } from '../../src/connectors/list-account-connectors.ts';
import { scopedTo } from '../../src/private-ca/model/ca-context.ts';
import { authorityPartition } from '../../src/private-ca/records/authority-record.ts';
import { certificateKey, certificates } from '../../src/private-ca/records/certificate-record.ts';
import { revocationReasonOf } from '../../src/private-ca/revocation/revocation-reason-of.ts';
import { enrolExample, inBatches } from '../support/load/fill-site.ts';
import { addChallenge, makeEnroller, openLargeSite } from '../support/load/large-site.ts';
import { hasRedis, type RedisProcess } from '../support/redis/redis-process.ts';
import { startStandaloneRedis } from '../support/redis/redis-servers.ts';
import { redisStoreSettings } from '../support/redis/redis-store-settings.ts';

const FEW = 150;
const MANY = 10_000;
const CONNECTORS = 12;
const CHALLENGES = 30;

/** What a server did: how often each command ran, and how many octets it received and sent. */
interface Work {
  readonly calls: Readonly<Record<string, number>>;
  readonly octets: number;
}

describe.runIf(hasRedis())('the work of Redis for one operation', () => {
  it('is the same with 10,000 certificates as with 150', async () => {
    const redis = await startStandaloneRedis({ config: ['appendfsync no'] });
    const site = await openLargeSite(
      redisStoreSettings(redis.reach, { commandTimeoutMs: 60_000 }),
      CONNECTORS,
    );
    const { store, sealer, privateCa, authorityArn, scope, connectors } = site;
    const example = await enrolExample(site);
    const add = async (from: number, to: number) => {
      await inBatches(to - from, async (indexes) => {
        const serials = indexes.map((index) => example.serialAt(from + index));
        await example.inConnector(connectors[0], serials);
        await example.inAuthority(serials);
      });
    };
    let password = '';
    for (let i = 0; i < CHALLENGES; i += 1) password = await addChallenge(site, connectors[0]);
    const signed = authorityPartition(authorityArn.slice(-36));
    const nameAt = (index: number) =>
      certificateKey(Buffer.from(example.serialAt(index)).toString('hex'));
    const list = (after: string | undefined) => () =>
      store.list(signed, certificates.name, { limit: 20, ...(after && { after }) });
    const enroller = makeEnroller(site, connectors[0], password);
    const operations: Readonly<Record<string, () => Promise<unknown>>> = {
      get: () => store.get(signed, certificates.name, nameAt(1)),
      'list, the first': list(undefined),
      // One list has 150 entries and one 10,000. They differ only in the entries in between.
      'list, from the middle': list(nameAt(1)),
      'find a challenge': () =>
        findChallengeByPassword({ store, sealer }, connectors[0].id, password),
      revocationReasonOf: () =>
        revocationReasonOf(scopedTo(privateCa, scope), authorityArn, example.serialAt(2)),
      ListChallengeMetadata: () => listChallenges(store, connectors[0], { limit: 10 }),
      ListConnectors: () => listAccountConnectors(store, scope, { limit: 10 }),
      PKCSReq: async () => enroller.enrol(enroller.request()),
    };
    const measure = async () => {
      const work: Record<string, Work> = {};
      for (const [name, operation] of Object.entries(operations)) {
        work[name] = await leastWorkOf(redis, operation);
      }
      return work;
    };
    await add(0, FEW);
    // A first run loads scripts and opens keys.
    await measure();
    const few = await measure();
    await add(FEW, MANY);
    const many = await measure();
    for (const [name, { calls, octets }] of Object.entries(few)) {
      expect({ name, calls: many[name]?.calls }).toEqual({ name, calls });
      expect((many[name]?.octets ?? 0) / octets, name).toBeCloseTo(1, 1);
    }
    await store.close();
    await redis.kill();
  });
});

/**
 * The least of three measurements, since the store's background work, or a retry after a pause of
 * this machine, is not in all of them.
 */
async function leastWorkOf(redis: RedisProcess, operation: () => Promise<unknown>): Promise<Work> {
  const all: Work[] = [];
  for (let i = 0; i < 3; i += 1) all.push(await workOf(redis, operation));
  return all.reduce((least, work) => (countOf(work) < countOf(least) ? work : least));
}

function countOf({ calls }: Work): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

async function workOf(redis: RedisProcess, operation: () => Promise<unknown>): Promise<Work> {
  await redis.call('CONFIG', 'RESETSTAT');
  await operation();
  const info = String(await redis.call('INFO', 'everything'));
  const counted = [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)];
  const calls = counted.map(([, name = '', count]) => [name, Number(count)] as const);
  const octets = [...info.matchAll(/^total_net_(?:in|out)put_bytes:(\d+)/gm)];
  return {
    calls: Object.fromEntries(calls),
    octets: octets.reduce((sum, [, count]) => sum + Number(count), 0),
  };
}
