import type { Logger } from './logger.ts';

const LOG_INTERVAL_MS = 10_000;

/**
 * Logs an event that any request may cause, at most once in ten seconds. `times` in the line counts
 * the events since the last line; the state is that of the latest event.
 */
export function logRarely(
  logger: Logger,
  message: string,
  level: 'warn' | 'error' = 'warn',
): (state: object) => void {
  let times = 0;
  let nextLineAt = 0;
  return (state) => {
    times += 1;
    if (performance.now() < nextLineAt) return;
    logger[level]({ times, ...state }, message);
    times = 0;
    nextLineAt = performance.now() + LOG_INTERVAL_MS;
  };
}
