export interface RetryBudget {
  /** A call was made: it earns a tenth of a retry. */
  earn(): void;
  /** Whether there is a retry left, which is then spent. */
  spend(): boolean;
}

const RETRIES_AT_ONCE = 10;
const EARNED_BY_A_CALL = 0.1;

/**
 * Keeps retries to a tenth of the calls and ten more, so that a service in trouble sees no multiple of its usual load; without a
 * bound one certificate became hundreds of requests in another project (peers 54).
 */
export function createRetryBudget(): RetryBudget {
  let left = RETRIES_AT_ONCE;
  return {
    earn() {
      left = Math.min(left + EARNED_BY_A_CALL, RETRIES_AT_ONCE);
    },
    spend() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
