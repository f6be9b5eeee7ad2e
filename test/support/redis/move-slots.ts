import { setTimeout as sleep } from 'node:timers/promises';
import { clusterSlot } from '../../../src/store/redis/keys.ts';
import type { RedisProcess } from './redis-process.ts';

/** A slot on its way from one primary to another, key by key, as redis-cli moves them. */
export interface MovingSlot {
  /** Moves these keys, those that are still there. */
  readonly move: (...keys: readonly string[]) => Promise<void>;
  /** Moves all that is left, until there is nothing, and gives the slot over. */
  readonly finish: () => Promise<void>;
}

/** Keys that are moved together, as with `redis-cli --cluster-pipeline`. */
const TOGETHER = 200;
const PAUSE_MS = 2;
const MIGRATE_WITHIN_MS = 60_000;

/** `others` are the primaries besides these two, which are told in the end. */
export async function beginToMove(
  slot: number,
  { from, to, others = [] }: MoveOptions,
): Promise<MovingSlot> {
  const [fromId, toId] = [await idOf(from), await idOf(to)];
  await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
  await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
  const move = async (...keys: readonly string[]) => {
    await from.call('MIGRATE', to.host, to.port, '', 0, MIGRATE_WITHIN_MS, 'KEYS', ...keys);
    await sleep(PAUSE_MS);
  };
  return {
    move,
    async finish() {
      for (;;) {
        const keys = await from.call('CLUSTER', 'GETKEYSINSLOT', slot, TOGETHER);
        if (!Array.isArray(keys) || keys.length === 0) break;
        await move(...keys.map(String));
      }
      for (const server of [to, from, ...others]) {
        await server.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
      }
    },
  };
}

export interface MoveOptions {
  readonly from: RedisProcess;
  readonly to: RedisProcess;
  readonly others?: readonly RedisProcess[];
}

export interface SlotMover {
  /** Resolves with how many slots were moved, when none is on its way any more. */
  readonly stop: () => Promise<number>;
}

/** Moves every slot that has keys from primary to primary, without end, one at a time, and rests half as long as it moved. */
export function keepMovingSlots(primaries: readonly RedisProcess[]): SlotMover {
  let isStopped = false;
  const moveAll = async () => {
    for (let [moved, turn] = [0, 0]; ; turn += 1) {
      const [from, to, ...others] = rotate(primaries, turn);
      if (!(from && to)) throw new Error('it takes two primaries');
      for (const slot of await slotsWithKeys(from)) {
        if (isStopped) return moved;
        const begun = performance.now();
        const moving = await beginToMove(slot, { from, to, others });
        await moving.finish();
        moved += 1;
        await sleep((performance.now() - begun) / 2);
      }
      if (isStopped) return moved;
      await sleep(PAUSE_MS);
    }
  };
  const moved = moveAll();
  // Whoever stops it is told what failed.
  moved.catch(() => undefined);
  return {
    stop: () => {
      isStopped = true;
      return moved;
    },
  };
}

async function slotsWithKeys(server: RedisProcess): Promise<ReadonlySet<number>> {
  const keys = await server.call('KEYS', '*');
  return new Set((Array.isArray(keys) ? keys : []).map((key) => clusterSlot(String(key))));
}

async function idOf(server: RedisProcess): Promise<string> {
  return String(await server.call('CLUSTER', 'MYID'));
}

function rotate<T>(list: readonly T[], by: number): readonly T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
