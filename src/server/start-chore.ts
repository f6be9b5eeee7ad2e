import type { Logger } from '../observability/logger.ts';

export interface Chore {
  /** No run begins any more; resolves when none is under way. */
  stop(): Promise<void>;
}

/**
 * Does `run` at once and then every `everyMs` milliseconds, one at a time, for as long as the process lives for other reasons.
 * What it throws is logged, and the next run is the remedy.
 */
export function startChore(
  name: string,
  everyMs: number,
  logger: Logger,
  run: () => Promise<unknown>,
): Chore {
  let running: Promise<void> | undefined;
  const attempt = async () => {
    try {
      await run();
    } catch (error) {
      logger.error({ chore: name, err: error }, 'a chore failed; it will be tried again');
    } finally {
      running = undefined;
    }
  };
  running = attempt();
  const timer = setInterval(() => {
    running ??= attempt();
  }, everyMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
