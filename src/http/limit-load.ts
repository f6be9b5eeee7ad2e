import { logRarely } from '../observability/log-rarely.ts';
import type { Logger } from '../observability/logger.ts';
import { type Turns, takeTurns } from './take-turns.ts';

/** Decides how many requests are handled concurrently. */
export interface LoadLimit {
  /** Whether one more request would be refused now. A true answer is logged as a refusal. */
  refuses(): boolean;
  /** Does the work and returns true, or refuses it and returns false. */
  admit(work: () => Promise<void>): Promise<boolean>;
}

interface LoadLimitOptions {
  readonly maxConcurrent: number;
  readonly logger: Logger;
  readonly turns?: Turns;
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
  turns = takeTurns(),
}: LoadLimitOptions): LoadLimit {
  let underWay = 0;
  const count = logRarely(logger, 'overloaded; devices are told to come back');
  const refuses = () => {
    turns.noteArrival();
    const delay = turns.delay();
    const isFull = underWay >= maxConcurrent || (underWay >= MIN_LOAD && delay > MAX_DELAY_MS);
    if (isFull) count({ underWay, delayMs: Math.round(delay) });
    return isFull;
  };
  return {
    refuses,
    async admit(work) {
      if (refuses()) return false;
      underWay += 1;
      try {
        await turns.run(work);
      } finally {
        underWay -= 1;
      }
      return true;
    },
  };
}
