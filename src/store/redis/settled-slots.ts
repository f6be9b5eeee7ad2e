import type { Redis } from 'ioredis';
import { StoreUnavailableError } from '../record-store.ts';
import { callServer, type RedisCaller, requirePrimaries, within } from './call-redis.ts';
import { ALL_SLOTS } from './keys.ts';
import { plainReason } from './plain-reason.ts';

/**
 * Which primary of a cluster has which slots, as each says of itself: as long as this does not change, no key has gone from one to
 * another. Of a single server always the same.
 * @throws StoreUnavailableError while slots are on their way, and when a primary does not tell in time
 */
export async function settledSlots(caller: RedisCaller): Promise<string> {
  const { connections, timeoutMs } = caller;
  if (!connections.isCluster) return '';
  const primaries = await requirePrimaries(caller);
  const told = await within(timeoutMs, Promise.all(primaries.map(ownSlots))).catch(
    (error: unknown) => {
      throw new StoreUnavailableError(`Redis does not tell its slots: ${plainReason(error)}`);
    },
  );
  const slots = told.flatMap((one) => one.slots);
  const count = slots.reduce((sum, range) => sum + sizeOf(range), 0);
  if (count !== ALL_SLOTS.length || slots.some((range) => range.startsWith('['))) {
    throw new StoreUnavailableError(
      'slots are on their way from node to node of the cluster, or its nodes do not agree yet',
    );
  }
  return JSON.stringify(told.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
}

interface OwnSlots {
  readonly id: string;
  /** Such as 5470, 0-5460 and, of a slot that is on its way, [93->-292f8b]. */
  readonly slots: readonly string[];
}

/** The line of CLUSTER NODES that a node has for itself. */
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
