export interface CircuitBreakerOptions {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** What an error says about the service: that it fails, that it works, or nothing. */
  readonly judge: (error: unknown) => 'fails' | 'lives' | 'unknown';
  /** Called once for each change. */
  readonly onChange: (state: 'open' | 'closed', cause?: unknown) => void;
}

/** The service failed too often, so the call was not made. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  /** Milliseconds since the epoch. */
  readonly retryAt: number;

  constructor(retryAt: number) {
    super('the service has failed repeatedly and is not asked for a while');
    this.retryAt = retryAt;
  }
}

/** Runs the call, or throws CircuitOpenError. */
export type CircuitBreaker = <T>(call: () => Promise<T>) => Promise<T>;

const FAULTS_TO_OPEN = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Makes calls to a failing service fail at once. After five faults in a row it lets no call through
 * for a second, then one as a trial. While trials fail, the pause doubles up to half a minute.
 */
export function createCircuitBreaker({
  clock,
  judge,
  onChange,
}: CircuitBreakerOptions): CircuitBreaker {
  let faults = 0;
  let pauseMs = FIRST_PAUSE_MS;
  /** Undefined while closed. */
  let retryAt: number | undefined;
  let trialUnderWay = false;

  const open = (cause: unknown) => {
    if (retryAt === undefined) onChange('open', cause);
    else pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    retryAt = clock() + pauseMs;
  };
  const close = () => {
    faults = 0;
    pauseMs = FIRST_PAUSE_MS;
    if (retryAt === undefined) return;
    retryAt = undefined;
    onChange('closed');
  };
  const fail = (isTrial: boolean, cause: unknown) => {
    if (isTrial) return open(cause);
    // A call that began before the circuit opened must not prolong the pause.
    if (retryAt !== undefined) return;
    faults += 1;
    if (faults >= FAULTS_TO_OPEN) open(cause);
  };
  return async (call) => {
    const isTrial = retryAt !== undefined;
    if (retryAt !== undefined && (trialUnderWay || isPausing(retryAt - clock()))) {
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

/** More than the longest pause remains only if the clock was set back meanwhile: then no pause. */
function isPausing(remainingMs: number): boolean {
  return remainingMs > 0 && remainingMs <= LONGEST_PAUSE_MS;
}
