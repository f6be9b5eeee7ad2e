import { logRarely } from '../observability/log-rarely.ts';
import type { Logger } from '../observability/logger.ts';

export interface Chore {
  /** No run begins any more; resolves when none is under way. */
  stop(): Promise<void>;
}

/**
 * Does `run` at once and then every `everyMs` milliseconds, one at a time, for as long as the process lives for other reasons.
 * What it throws is logged, once in ten seconds at most, and the next run is the remedy.
 */
export function startChore(
  name: string,
  everyMs: number,
  logger: Logger,
  run: () => Promise<unknown>,
): Chore {
  const logFailure = logRarely(logger, 'a chore failed; it will be tried again', 'error');
  let running: Promise<void> | undefined;
  const attempt = async () => {
    try {
      await run();
    } catch (error) {
      logFailure({ chore: name, err: error });
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
