import { logRarely } from '../observability/log-rarely.ts';
import type { Logger } from '../observability/logger.ts';
import { type Turns, takeTurns } from './take-turns.ts';

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
  readonly turns?: Turns;
}

/**
 * Milliseconds that one more may have to wait for its turn. A device that is refused at once comes back and finds room; one that waits
 * until it gives up costs the work and gets nothing.
 */
const MAX_DELAY = 500;
/** With fewer under way it is not their work that is slow but the machine, which others use too: to refuse would not help. */
const FEW = 8;

/** Refuses beyond `maxConcurrent` at a time, and sooner where the processor cannot keep up (protocol S3). */
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
    const isFull = underWay >= maxConcurrent || (underWay >= FEW && delay > MAX_DELAY);
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
