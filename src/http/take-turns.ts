import { setImmediate as nextTurn } from 'node:timers/promises';

/** Who begins heavy work when, so that it holds up nothing else. */
export interface Turns {
  /** Resolves for one caller after the other, when all that came in meanwhile has been looked at. What follows may keep the processor. */
  next(): Promise<void>;
  /** Something new was looked at. */
  noteArrival(): void;
  /** Milliseconds that the first of those who wait has waited; 0 when nobody does. */
  delay(): number;
}

/** Milliseconds. What is new is looked at no longer than the last work took, so that a flood leaves half of the time to work. */
const LONGEST_LOOK = 50;

/**
 * Without turns the work of every request begins as soon as it is read, the next connection is accepted when that is done, and what waits
 * does so in the kernel, where nobody sees it, until clients give up. With them it waits here.
 */
export function takeTurns(now: () => number = () => performance.now()): Turns {
  const waitingSince: number[] = [];
  let last = Promise.resolve();
  let arrivals = 0;
  let workBegan = 0;
  const lookAtWhatIsNew = async () => {
    const begun = performance.now();
    const longest = Math.min(begun - workBegan, LONGEST_LOOK);
    let seen: number;
    do {
      seen = arrivals;
      // One accepts a connection, another reads what it brings.
      await nextTurn();
      await nextTurn();
    } while (arrivals !== seen && performance.now() - begun < longest);
    waitingSince.shift();
    workBegan = performance.now();
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
