import type { Redis } from 'ioredis';
import { StoreUnavailableError } from '../record-store.ts';
import { callServer, type RedisCaller, requirePrimaries, within } from './call-redis.ts';
import { ALL_SLOTS } from './keys.ts';
import { plainReason } from './plain-reason.ts';

/**
 * Which primary of a cluster has which slots, as each reports itself. While this text stays the
 * same, no key has moved between primaries. It is constant for a single server.
 * @throws StoreUnavailableError while slots move, and when a primary does not answer in time
 */
export async function settledSlots(caller: RedisCaller): Promise<string> {
  const { connections, timeoutMs } = caller;
  if (!connections.isCluster) return '';
  const primaries = await requirePrimaries(caller);
  const told = await within(timeoutMs, Promise.all(primaries.map(ownSlots))).catch(
    (error: unknown) => {
      throw new StoreUnavailableError(`Redis does not report its slots: ${plainReason(error)}`);
    },
  );
  const slots = told.flatMap((one) => one.slots);
  const count = slots.reduce((sum, range) => sum + sizeOf(range), 0);
  if (count !== ALL_SLOTS.length || slots.some((range) => range.startsWith('['))) {
    throw new StoreUnavailableError(
      'slots are moving between nodes of the cluster, or its nodes do not agree yet',
    );
  }
  return JSON.stringify(told.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
}

interface OwnSlots {
  readonly id: string;
  /** Such as 5470, 0-5460 and, for a slot that is moving, [93->-292f8b]. */
  readonly slots: readonly string[];
}

/** Reads a node's own line of CLUSTER NODES. */
async function ownSlots(server: Redis): Promise<OwnSlots> {
  const nodes = String(await callServer(server, ['CLUSTER', 'NODES']));
  const lines = nodes.split('\n').map((line) => line.trim().split(' '));
  const own = lines.find(([, , flags]) => flags?.split(',').includes('myself'));
  const [id = '', , , , , , , , ...slots] = own ?? [];
  return { id, slots };
}

function sizeOf(range: string): number {
  const [first = 0, last = first] = range.split('-').map(Number);
  return last - first + 1 || 0;
}
