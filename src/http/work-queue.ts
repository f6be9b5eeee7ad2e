import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Decides when each request begins its heavy work, so that the event loop keeps accepting. */
export interface WorkQueue {
  /** Begins one work after the other, and settles as `work` does. `work` may block the loop. */
  run(work: () => Promise<void>): Promise<void>;
  /** Counts a request that has just been looked at. */
  noteArrival(): void;
  /** The expected wait of one more work, in milliseconds; 0 when none waits. */
  delay(): number;
}

/** Fewer leave the processor idle while the store writes to disk; more make each work slower. */
const MAX_AT_WORK = 16;
/** If the processor idled during this time, the jobs wait for something else, such as a CA. */
const BUSY_SAMPLE_MS = 10;
const BUSY_UTILIZATION = 0.9;
/**
 * The most rounds of accepting between two jobs. A round accepts two connections, and refusing one
 * costs a twentieth of a job, so that a flood leaves half of the time for work.
 */
const MAX_ROUNDS = 10;
/** The pace is averaged over this many jobs. */
const AVERAGED_TURNS = 8;

/**
 * Node accepts one connection in each turn of the event loop, between steps of the work. If all
 * work began at once, every turn would be long, and new connections would wait in the kernel
 * unseen until clients give up. In this queue they wait here, where they can be counted.
 */
export function createWorkQueue(now: () => number = () => performance.now()): WorkQueue {
  let last = Promise.resolve();
  let waiting = 0;
  let atWork = 0;
  let arrivals = 0;
  let pace = 0;
  let lastBegan = 0;
  const lookAtArrivals = async () => {
    let seen: number | undefined;
    for (let round = 0; round < MAX_ROUNDS && arrivals !== seen; round += 1) {
      seen = arrivals;
      // One turn accepts a connection, the next reads its request.
      await nextTurn();
      await nextTurn();
    }
  };
  const comeToTurn = async () => {
    while (atWork >= MAX_AT_WORK && (await isBusy()));
    await lookAtArrivals();
    waiting -= 1;
    atWork += 1;
    pace += (now() - lastBegan - pace) / AVERAGED_TURNS;
    lastBegan = now();
  };
  return {
    async run(work) {
      if (waiting === 0) lastBegan = now();
      waiting += 1;
      last = last.then(comeToTurn);
      await last;
      try {
        await work();
      } finally {
        atWork -= 1;
      }
    },
    noteArrival() {
      arrivals += 1;
    },
    delay: () => waiting * pace,
  };
}

async function isBusy(): Promise<boolean> {
  const before = performance.eventLoopUtilization();
  await sleep(BUSY_SAMPLE_MS);
  return performance.eventLoopUtilization(before).utilization > BUSY_UTILIZATION;
}
