import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { callRedis, type SendCommands, within } from '../../../../src/store/redis/call-redis.ts';
import type { RedisConnections } from '../../../../src/store/redis/connect-redis.ts';

const node = () => new Redis({ lazyConnect: true });
const refusal = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

/** A cluster of which this process has outdated slots. */
function staleCluster(refusals: readonly string[]) {
  const [known, owner] = [node(), node()];
  const refresh = vi.fn(async () => undefined);
  const connections: RedisConnections = {
    serverFor: () => known,
    serverAt: (address) => (address === 'other.example:6380' ? owner : undefined),
    primaries: () => undefined,
    refresh,
    isCluster: true,
    close: () => undefined,
  };
  const left = [...refusals];
  const sent: [to: string, ...commands: string[]][] = [];
  const send: SendCommands<string> = async (server, commands) => {
    sent.push([server === owner ? 'owner' : 'known', ...commands.map(([name]) => name)]);
    const refused = left.shift();
    if (refused !== undefined) throw refusal(refused);
    return 'done';
  };
  const caller = { connections, scripts: [], timeoutMs: 20_000 };
  return { refresh, sent, call: () => callRedis(caller, 'key', ['GET', 'key'], send) };
}

it('follows MOVED at once to the node that has the slot now, and refreshes the slots', async () => {
  const cluster = staleCluster(['MOVED 866 other.example:6380']);
  expect(await cluster.call()).toBe('done');
  expect(cluster.sent).toEqual([
    ['known', 'GET'],
    ['owner', 'GET'],
  ]);
  expect(cluster.refresh).toHaveBeenCalledTimes(1);
});

it('follows ASK to the node where the slot is moving, for this call only', async () => {
  const cluster = staleCluster(['ASK 866 other.example:6380']);
  expect(await cluster.call()).toBe('done');
  expect(cluster.sent).toEqual([
    ['known', 'GET'],
    ['owner', 'ASKING', 'GET'],
  ]);
  expect(cluster.refresh).not.toHaveBeenCalled();
});

it('asks another node when one is not reached', async () => {
  const cluster = staleCluster(['MOVED 866 unknown.example:6380']);
  expect(await cluster.call()).toBe('done');
  expect(cluster.sent).toEqual([
    ['known', 'GET'],
    ['known', 'GET'],
  ]);
});

it('pauses between nodes that redirect to each other', async () => {
  const moved = 'MOVED 866 other.example:6380';
  const cluster = staleCluster([moved, moved, moved, moved]);
  const begun = performance.now();
  expect(await cluster.call()).toBe('done');
  expect(cluster.sent).toHaveLength(5);
  expect(performance.now() - begun).toBeGreaterThan(10);
});

it('accepts an answer that arrived while this process was too busy to read it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  const [peer] = (await once(server, 'connection')) as [NodeJS.WritableStream];
  const answer = within(20, once(client, 'data').then(String));
  peer.write('the answer');
  for (const end = performance.now() + 100; performance.now() < end; );
  expect(await answer).toBe('the answer');
});
