export interface RetryBudget {
  /** Each call earns a tenth of a retry. */
  earn(): void;
  /** Takes one retry; false when none is left. */
  spend(): boolean;
}

const MAX_RETRIES = 10;
const RETRIES_PER_CALL = 0.1;

/**
 * Bounds retries to a tenth of the calls and ten more, so that a service in trouble does not see a
 * multiple of its usual load.
 */
export function createRetryBudget(): RetryBudget {
  let left = MAX_RETRIES;
  return {
    earn() {
      left = Math.min(left + RETRIES_PER_CALL, MAX_RETRIES);
    },
    spend() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
