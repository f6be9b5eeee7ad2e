import { logRarely } from '../observability/log-rarely.ts';
import type { Logger } from '../observability/logger.ts';

export interface Chore {
  /** Starts no further run; resolves when none is under way. */
  stop(): Promise<void>;
}

/**
 * Calls `run` at once and then every `everyMs`, one at a time. The timer does not keep the process
 * alive. Errors are logged, at most once in ten seconds, and the next run tries again.
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
