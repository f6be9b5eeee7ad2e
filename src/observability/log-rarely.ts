import type { Logger } from './logger.ts';

/** Milliseconds. */
const LOG_INTERVAL = 10_000;

/**
 * One line at the first, then one for all of ten seconds, with how many `times` it was since the last: what every request meets is
 * not to fill the log. Give what is the same for all as the message; the state is that of one of them.
 */
export function logRarely(
  logger: Logger,
  message: string,
  level: 'warn' | 'error' = 'warn',
): (state: object) => void {
  let times = 0;
  let nextLine = 0;
  return (state) => {
    times += 1;
    if (performance.now() < nextLine) return;
    logger[level]({ times, ...state }, message);
    times = 0;
    nextLine = performance.now() + LOG_INTERVAL;
  };
}
