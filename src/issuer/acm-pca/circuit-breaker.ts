export interface CircuitBreakerOptions {
  /** Milliseconds. */
  readonly clock: () => number;
  /** What an error of a call says of the service itself: that it fails, that it is there, or nothing. */
  readonly judge: (error: unknown) => 'fails' | 'lives' | 'unknown';
  /** Hears of each change once. */
  readonly onChange: (state: 'open' | 'closed', cause?: unknown) => void;
}

/** No call was made: the service has failed too often, and is asked again at `retryAt`, milliseconds since the epoch. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  readonly retryAt: number;

  constructor(retryAt: number) {
    super('the service has failed repeatedly and is not asked for a while');
    this.retryAt = retryAt;
  }
}

/** Runs the call, or throws CircuitOpenError. */
export type CircuitBreaker = <T>(call: () => Promise<T>) => Promise<T>;

const FAULTS_TO_OPEN = 5;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/**
 * Spares a service that fails, and its callers the waiting: after five faults in a row nothing is asked for a second; then one call
 * is let through, and while that fails too the pause doubles, up to half a minute.
 */
export function createCircuitBreaker({
  clock,
  judge,
  onChange,
}: CircuitBreakerOptions): CircuitBreaker {
  let faults = 0;
  let pause = FIRST_PAUSE;
  /** Undefined while closed. */
  let retryAt: number | undefined;
  let trialUnderWay = false;

  const open = (cause: unknown) => {
    if (retryAt === undefined) onChange('open', cause);
    else pause = Math.min(pause * 2, LONGEST_PAUSE);
    retryAt = clock() + pause;
  };
  const close = () => {
    faults = 0;
    pause = FIRST_PAUSE;
    if (retryAt === undefined) return;
    retryAt = undefined;
    onChange('closed');
  };
  const fail = (isTrial: boolean, cause: unknown) => {
    if (isTrial) return open(cause);
    // A call that began before the circuit opened has no say in how long it stays so.
    if (retryAt !== undefined) return;
    faults += 1;
    if (faults >= FAULTS_TO_OPEN) open(cause);
  };
  return async (call) => {
    const isTrial = retryAt !== undefined;
    if (retryAt !== undefined && (trialUnderWay || isAhead(retryAt - clock()))) {
      throw new CircuitOpenError(retryAt);
    }
    trialUnderWay = isTrial;
    try {
      const result = await call();
      close();
      return result;
    } catch (error) {
      const verdict = judge(error);
      if (verdict === 'lives') close();
      if (verdict === 'fails') fail(isTrial, error);
      throw error;
    } finally {
      if (isTrial) trialUnderWay = false;
    }
  };
}

/** Further ahead than any pause is a moment that a clock named which has been put back since. */
function isAhead(milliseconds: number): boolean {
  return milliseconds > 0 && milliseconds <= LONGEST_PAUSE;
}
