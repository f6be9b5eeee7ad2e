import { setImmediate as nextTurn } from 'node:timers/promises';

/** Decides which request begins its heavy work when, so that none holds up everything else. */
export interface Turns {
  /** Resolves for one caller after the other, each time when all that has come in meanwhile was looked at. What the caller does then may keep the processor. */
  next(): Promise<void>;
  /** Something new was looked at. */
  noteArrival(): void;
  /** For how many milliseconds the first in the queue has waited; 0 when none is in it. */
  delay(): number;
}

/** Milliseconds. What is new is looked at for no longer than this, nor than the last work took: a flood leaves half of the time for work. */
const LONGEST_LOOK = 50;

/**
 * Without turns the work for a request begins as soon as that is read, and the next connection is accepted only when the work is done:
 * what comes meanwhile waits unseen in the kernel until clients give up. With turns it waits here, where it is counted.
 */
export function takeTurns(now: () => number = () => performance.now()): Turns {
  const waitingSince: number[] = [];
  let last = Promise.resolve();
  let arrivals = 0;
  let workBegan = Number.NEGATIVE_INFINITY;
  const lookAtWhatIsNew = async () => {
    const begun = now();
    const longest = Math.min(begun - workBegan, LONGEST_LOOK);
    let seen: number;
    do {
      seen = arrivals;
      // One accepts a connection, another reads what it brings.
      await nextTurn();
      await nextTurn();
    } while (arrivals !== seen && now() - begun < longest);
    waitingSince.shift();
    workBegan = now();
  };
  return {
    async next() {
      waitingSince.push(now());
      last = last.then(lookAtWhatIsNew);
      await last;
    },
    noteArrival() {
      arrivals += 1;
    },
    delay() {
      const [first] = waitingSince;
      return first === undefined ? 0 : now() - first;
    },
  };
}
