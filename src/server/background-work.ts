import type { Logger } from '../observability/logger.ts';

export interface BackgroundWork {
  /**
   * Starts work that no request awaits. Its errors are logged; a chore of any replica repeats it.
   */
  start(work: () => Promise<unknown>): void;
  /** Resolves when no work is under way, so the store may be closed. */
  settled(): Promise<void>;
}

/** Create one for the process, whose end waits for all of its work. */
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
