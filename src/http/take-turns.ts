import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Decides which request begins its heavy work when, so that none holds up everything else. */
export interface Turns {
  /** Begins one work after the other, each when its turn has come, and resolves or rejects as the work does. It may keep the processor. */
  run(work: () => Promise<void>): Promise<void>;
  /** Something new was looked at. */
  noteArrival(): void;
  /** For how many milliseconds one more would wait for its turn, as it goes now; 0 when none waits. */
  delay(): number;
}

/** Fewer leave the processor idle while the store writes to its disk; with more each takes longer, and so does a turn of the event loop. */
const MOST_AT_WORK = 16;
/** Milliseconds. When the processor was idle for a part of them, those at work wait for somebody else, such as a CA: one more may begin. */
const GLANCE = 10;
const BUSY = 0.9;
/** Between two works. A round takes in two connections, and to refuse one takes a twentieth of a work: a flood leaves half of the time for work. */
const MOST_ROUNDS = 10;
/** Over how many turns the time from one to the next is averaged. */
const MEMORY = 8;

/**
 * Node accepts one connection in a turn of the event loop, in which also goes on whatever work can. Without turns all work begins at
 * once, each turn takes as long as a part of all of it, and what comes meanwhile waits unseen in the kernel until clients give up.
 * With turns it waits here, where it is counted.
 */
export function takeTurns(now: () => number = () => performance.now()): Turns {
  let last = Promise.resolve();
  let waiting = 0;
  let atWork = 0;
  let arrivals = 0;
  let pace = 0;
  let lastBegan = 0;
  const lookAtWhatIsNew = async () => {
    let seen: number | undefined;
    for (let round = 0; round < MOST_ROUNDS && arrivals !== seen; round += 1) {
      seen = arrivals;
      // One accepts a connection, another reads what it brings.
      await nextTurn();
      await nextTurn();
    }
  };
  const comeToTurn = async () => {
    while (atWork >= MOST_AT_WORK && (await isBusy()));
    await lookAtWhatIsNew();
    waiting -= 1;
    atWork += 1;
    pace += (now() - lastBegan - pace) / MEMORY;
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
  await sleep(GLANCE);
  return performance.eventLoopUtilization(before).utilization > BUSY;
}
