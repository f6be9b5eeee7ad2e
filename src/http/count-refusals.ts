import type { Logger } from '../observability/logger.ts';

const LOG_INTERVAL = 10_000;

/** One line at the first, then one for all of ten seconds: a flood of requests is not to become one of the log. */
export function countRefusals(logger: Logger, message: string): (state: object) => void {
  let refused = 0;
  let nextLine = 0;
  return (state) => {
    refused += 1;
    if (performance.now() < nextLine) return;
    logger.warn({ refused, ...state }, message);
    refused = 0;
    nextLine = performance.now() + LOG_INTERVAL;
  };
}
