import { logRarely } from '../observability/log-rarely.ts';
import type { Logger } from '../observability/logger.ts';
import { createWorkQueue, type WorkQueue } from './work-queue.ts';

/** Decides how many requests are handled concurrently. */
export interface LoadLimit {
  /** Counts a request that has just arrived, and logs and returns whether it must be refused. */
  arrivalIsRefused(): boolean;
  /** Does the work and returns true, or refuses it and returns false. */
  admit(work: () => Promise<void>): Promise<boolean>;
}

interface LoadLimitOptions {
  readonly maxConcurrent: number;
  readonly logger: Logger;
  readonly queue?: WorkQueue;
}

/**
 * The longest wait for a turn. A device that is refused at once comes back and finds room; one that
 * waits until it gives up costs the work and gets nothing.
 */
const MAX_DELAY_MS = 500;
/** With fewer requests the machine itself is slow, and refusing would not help. */
const MIN_LOAD = 8;

/** Refuses requests beyond `maxConcurrent`, and earlier if the processor cannot keep up. */
export function limitLoad({
  maxConcurrent,
  logger,
  queue = createWorkQueue(),
}: LoadLimitOptions): LoadLimit {
  let underWay = 0;
  const count = logRarely(logger, 'overloaded; devices are told to come back');
  const arrivalIsRefused = () => {
    queue.noteArrival();
    const delay = queue.delay();
    const isFull = underWay >= maxConcurrent || (underWay >= MIN_LOAD && delay > MAX_DELAY_MS);
    if (isFull) count({ underWay, delayMs: Math.round(delay) });
    return isFull;
  };
  return {
    arrivalIsRefused,
    async admit(work) {
      if (arrivalIsRefused()) return false;
      underWay += 1;
      try {
        await queue.run(work);
      } finally {
        underWay -= 1;
      }
      return true;
    },
  };
}
