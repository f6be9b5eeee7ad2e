import type { Logger } from '../observability/logger.ts';
import type { EventLoop } from './watch-event-loop.ts';

/** Decides which requests are worked on at the same time. */
export interface LoadLimit {
  /** Whether one more would be refused now. Counts as a refusal when it is. */
  refuses(): boolean;
  /** Does the work; false when it is refused, as `refuses`. */
  admit(work: () => Promise<void>): Promise<boolean>;
}

interface LoadLimitOptions {
  readonly maxConcurrent: number;
  readonly logger: Logger;
  readonly loop: EventLoop;
}

/**
 * Milliseconds. What is new has waited that long before anybody looks at it; to work on it too would have the next wait longer. Devices
 * that are refused at once come back and find room; those that wait until they give up cost the work and get nothing.
 */
const MAX_DELAY = 500;
/** Fewer cannot be what holds the process up: then it is the machine, which others use too, and to refuse would not help. */
const FEW = 8;
const LOG_INTERVAL = 10_000;

/** Refuses beyond `maxConcurrent` at a time, and sooner where the processor cannot keep up (protocol S3). */
export function limitLoad({ maxConcurrent, logger, loop }: LoadLimitOptions): LoadLimit {
  let underWay = 0;
  const done = countInTurn(loop);
  const count = countRefusals(logger);
  const refuses = () => {
    const isBusy = underWay + done.inThisTurn() >= FEW;
    const isFull = underWay >= maxConcurrent || (isBusy && loop.delay() > MAX_DELAY);
    if (isFull) count({ underWay, delayMs: Math.round(loop.delay()) });
    return isFull;
  };
  return {
    refuses,
    async admit(work) {
      if (refuses()) return false;
      underWay += 1;
      try {
        await work();
      } finally {
        underWay -= 1;
        done.addOne();
      }
      return true;
    },
  };
}

/** Work that waits for nobody begins and ends within one turn of the event loop: it is never under way when the next is looked at. */
function countInTurn(loop: EventLoop): { addOne: () => void; inThisTurn: () => number } {
  let turn = loop.turn();
  let count = 0;
  const inThisTurn = () => {
    if (turn !== loop.turn()) count = 0;
    turn = loop.turn();
    return count;
  };
  const addOne = () => {
    count = inThisTurn() + 1;
  };
  return { addOne, inThisTurn };
}

/** One line at the first, then one for all of ten seconds: a flood of requests is not to become one of the log. */
function countRefusals(logger: Logger): (state: object) => void {
  let refused = 0;
  let nextLine = 0;
  return (state) => {
    refused += 1;
    if (performance.now() < nextLine) return;
    logger.warn({ refused, ...state }, 'overloaded; devices are told to come back');
    refused = 0;
    nextLine = performance.now() + LOG_INTERVAL;
  };
}
