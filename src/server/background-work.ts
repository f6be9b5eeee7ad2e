import type { Logger } from '../observability/logger.ts';

export interface BackgroundWork {
  /** Starts work that no request waits for. What it throws is logged: a chore on any replica is the remedy. */
  start(work: () => Promise<unknown>): void;
  /** Resolves when nothing is under way; then the store may be closed. */
  settled(): Promise<void>;
}

/** One for the process: its end waits for all of it. */
export function createBackgroundWork(logger: Logger): BackgroundWork {
  const underWay = new Set<Promise<void>>();
  return {
    start(work) {
      const running = work()
        .catch((error: unknown) => {
          logger.error({ err: error }, 'work in the background failed; a chore will try it again');
        })
        .then(() => {
          underWay.delete(running);
        });
      underWay.add(running);
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
