import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectorPartition } from '../../src/connectors/connector-record.ts';
import { authorityPartition } from '../../src/private-ca/records/authority-record.ts';
import { keysOf } from '../../src/store/redis/keys.ts';
import { deviceKey } from '../support/keys/device-keys.ts';
import {
  countAnswers,
  enrolAtLast,
  makeRetryingDevice,
  type RetryingDevice,
} from '../support/load/retrying-device.ts';
import { hasRedis } from '../support/redis/redis-process.ts';
import {
  startRedisCluster,
  startSentinelRedis,
  startStandaloneRedis,
} from '../support/redis/redis-servers.ts';
import { type ReplicaWorld, startReplicaWorld } from '../support/servers/replica-world.ts';
import type { Replica } from '../support/servers/serve-replicas.ts';
import { canCutNetworks, makeCutNetwork, programWithin } from './cut-network.ts';
import { expectNothingLostIn, FAULT_SEED } from './expect-nothing-lost-in.ts';

const RUSH = 200;

const KEY_PREFIX = 'scep-connector:';
/** Long enough for the others to presume the replica dead and to take over its work. */
const HANG_MS = 12_000;

describe.runIf(hasRedis())(`three replicas on one Redis (FAULT_SEED=${FAULT_SEED})`, () => {
  // Makes the keys before any test waits for something.
  beforeAll(() => void deviceKey(0));

  it('lose nothing when one is killed every few seconds and one hangs', async () => {
    const { reach } = await startStandaloneRedis();
    const world = await startReplicaWorld({ reach, writeReplicas: 0 });
    const [first, second, hung] = world.replicas;
    const killAndStart = async (replica: Replica) => {
      await replica.kill();
      await sleep(500);
      await replica.start();
      await sleep(1_000);
    };
    await expectNothingLostIn(world, async () => {
      for (const replica of [first, second, hung]) await killAndStart(replica);
      hung.server().process.kill('SIGSTOP');
      const longEnough = sleep(HANG_MS);
      for (const replica of [first, second]) await killAndStart(replica);
      await longEnough;
      hung.server().process.kill('SIGCONT');
      await sleep(1_000);
      await killAndStart(hung);
    });
  });

  it('lose nothing when Redis, with an append-only file, is restarted and killed', async () => {
    const redis = await startStandaloneRedis();
    const world = await startReplicaWorld({ reach: redis.reach, writeReplicas: 0 });
    await expectNothingLostIn(world, async () => {
      for (const end of [redis.stop, redis.kill, redis.stop, redis.kill]) {
        await end();
        // Longer than a command may take.
        await sleep(2_500);
        await redis.start();
        await sleep(3_000);
      }
    });
  });

  it('lose nothing when the Sentinels replace a killed master and one that hangs', async () => {
    const config = ['min-replicas-to-write 1', 'min-replicas-max-lag 10'];
    const redis = await startSentinelRedis({ config, failsOver: true });
    const world = await startReplicaWorld({ reach: redis.reach, writeReplicas: 1 });
    await expectNothingLostIn(world, async () => {
      const killed = await redis.master();
      await killed.kill();
      await redis.failedOver(killed);
      await killed.start();
      const hung = await redis.whole();
      await sleep(3_000);
      hung.pause();
      await redis.failedOver(hung);
      await sleep(2_000);
      hung.resume();
      await sleep(5_000);
    });
    await redis.stop();
  });

  it('lose nothing in a cluster with 200 devices at once, 200 copies of one message, and killed primaries', async () => {
    const cluster = await startRedisCluster({ failsOver: true });
    const world = await startReplicaWorld({ reach: cluster.reach, writeReplicas: 1 });
    const rushed = [...(await rush(world)), await rushWithOne(world)];
    const killPrimaryOf = async (partition: string) => {
      const key = keysOf(KEY_PREFIX, partition).version;
      const primary = await cluster.primaryOf(key);
      await primary.kill();
      await cluster.failedOver(key, primary);
      // Before it is a replica, WAIT has none to wait for.
      await primary.start();
      await cluster.whole();
      await sleep(3_000);
    };
    const killPrimaries = async () => {
      await killPrimaryOf(connectorPartition(world.site.connectorArn.slice(-36)));
      await killPrimaryOf(authorityPartition(world.site.caArn.slice(-36)));
    };
    await expectNothingLostIn(world, killPrimaries, rushed);
    await cluster.stop();
  });

  describe.runIf(canCutNetworks())('with a network that can be cut', () => {
    it('lose nothing when one is silently cut off from Redis for 20 s', async () => {
      const network = makeCutNetwork();
      const { addresses } = network;
      const redis = await startStandaloneRedis({
        program: programWithin(network.redis, 'redis-server'),
        config: ['bind 0.0.0.0', 'protected-mode no'],
        client: { host: addresses.redisForTests },
      });
      const redisAt = (host: string) => ({
        topology: 'standalone' as const,
        nodes: [`${host}:${redis.port}`],
      });
      const world = await startReplicaWorld({
        ...{ reach: redisAt(addresses.redisForTests), writeReplicas: 0 },
        first: {
          ...{ namespace: network.replica, host: addresses.replica },
          reach: redisAt(addresses.redisForReplica),
        },
      });
      const isReady = async () => {
        const url = world.replicas[0].server().opsUrl;
        return (await fetch(`${url}/readyz`)).ok;
      };
      await expect.poll(isReady).toBe(true);
      await expectNothingLostIn(world, async () => {
        network.cut();
        await expect.poll(isReady).toBe(false);
        await sleep(17_000);
        expect(await isReady()).toBe(false);
        network.mend();
        await expect.poll(isReady).toBe(true);
      });
    });
  });
});

/** Devices that all enrol at the same moment, with the same challenge. */
async function rush(world: ReplicaWorld): Promise<readonly RetryingDevice[]> {
  const devices = Array.from({ length: RUSH }, (_, i) => makeRushing(world, i));
  await Promise.all(devices.map((device, i) => enrolAtLast(device, world.replicas, i)));
  console.log(`  ${RUSH} devices at once: ${JSON.stringify(countAnswers(devices))}`);
  return devices;
}

/** One device whose message arrives many times at the same moment. */
async function rushWithOne(world: ReplicaWorld): Promise<RetryingDevice> {
  const device = makeRushing(world, RUSH);
  const copies = Array.from({ length: RUSH }, () => ({ ...device, answers: [] }));
  await Promise.all(copies.map((copy, i) => enrolAtLast(copy, world.replicas, i)));
  console.log(`  one message ${RUSH} times: ${JSON.stringify(countAnswers(copies))}`);
  const got = copies.map(({ certificate }) => Buffer.from(certificate?.der ?? []).toString('hex'));
  expect(new Set(got).size).toBe(1);
  return copies[0] ?? device;
}

function makeRushing({ site }: ReplicaWorld, number: number): RetryingDevice {
  return makeRetryingDevice(`device-rush-${number}`, deviceKey(number), site);
}
