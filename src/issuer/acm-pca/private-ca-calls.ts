import type { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { parseArn } from '../../aws-wire/arn.ts';
import { IssuerError } from '../issuer.ts';
import { type CircuitBreaker, CircuitOpenError, createCircuitBreaker } from './circuit-breaker.ts';
import { type CallFailure, classifyFailure, type FailureKind } from './classify-failure.ts';
import { issuerErrorOf, notAsked, type PrivateCaCall } from './issuer-error-of.ts';
import { renewCredentials } from './open-region-clients.ts';
import type { ReportRarely } from './report-rarely.ts';
import { createRetryBudget } from './retry-budget.ts';

export interface CallDependencies {
  readonly clientOf: (region: string) => ACMPCAClient;
  /** Where every call goes; undefined: to the region of the authority's ARN. */
  readonly region: string | undefined;
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  readonly report: (message: string, cause?: unknown) => void;
  readonly reportRarely: ReportRarely;
}

type Send<T> = (client: ACMPCAClient, options: { readonly abortSignal: AbortSignal }) => Promise<T>;

export interface PrivateCaCalls {
  /** One attempt. @throws IssuerError */
  once<T>(operation: string, authorityArn: string, send: Send<T>): Promise<T>;
  /**
   * For reads: repeats a failed call where a repetition may help and the retry budget allows it.
   * @throws IssuerError
   */
  withRetries<T>(operation: string, authorityArn: string, send: Send<T>): Promise<T>;
}

const MAX_ATTEMPTS = 3;
/**
 * Bounds a whole attempt, credentials and connection included: nothing is sent later. An
 * idempotency token must outlive the last question by half a minute, and this is the part of it
 * that a call under way may take (docs/adr/0017).
 */
const ATTEMPT_TIMEOUT_MS = 6_000;
const EXPIRED = /^ExpiredToken(Exception)?$/;
const FIRST_PAUSE_MS = 100;
const FIRST_PAUSE_WHEN_THROTTLED_MS = 500;

/** How the circuit breaker counts each kind of failure. */
const VERDICTS = {
  refused: 'lives',
  throttled: 'lives',
  fault: 'fails',
  foreign: 'fails',
  unreachable: 'fails',
  unsigned: 'unknown',
} as const satisfies Record<FailureKind, string>;

/** An error of the SDK, classified. */
class FailedCall extends Error {
  readonly failure: CallFailure;

  constructor(failure: CallFailure, cause: unknown) {
    super(failure.message, { cause });
    this.failure = failure;
  }
}

/** Calls to AWS Private CA, with a circuit breaker for each region and one budget of retries. */
export function createPrivateCaCalls(deps: CallDependencies): PrivateCaCalls {
  const breakers = new Map<string, CircuitBreaker>();
  const budget = createRetryBudget();

  const attempt = async <T>(region: string, send: Send<T>): Promise<T> => {
    const breaker = breakers.get(region) ?? openBreaker(deps, region);
    breakers.set(region, breaker);
    return breaker(async () => {
      const client = deps.clientOf(region);
      try {
        return await send(client, { abortSignal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS) });
      } catch (error) {
        const failure = classifyFailure(error);
        if (EXPIRED.test(failure.name)) renewCredentials(client);
        throw new FailedCall(failure, error);
      }
    });
  };
  const run = async <T>(call: PrivateCaCall, send: Send<T>, maxAttempts: number): Promise<T> => {
    budget.earn();
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attempt(call.region, send);
      } catch (error) {
        if (error instanceof CircuitOpenError) throw notAsked(call, error);
        if (!(error instanceof FailedCall)) throw error;
        const mayHelp = error.failure.kind !== 'refused' && error.failure.kind !== 'unsigned';
        if (attempts === maxAttempts || !mayHelp || !budget.spend()) {
          throw reported(deps, call, issuerErrorOf(call, error.failure, error.cause));
        }
        await deps.sleep(deps.random() * longestPauseMs(error.failure, attempts));
      }
    }
  };
  const callOf = (operation: string, authorityArn: string): PrivateCaCall => ({
    ...{ operation, authorityArn },
    region: deps.region ?? regionOf(authorityArn),
  });
  return {
    once: async (operation, arn, send) => run(callOf(operation, arn), send, 1),
    withRetries: async (operation, arn, send) => run(callOf(operation, arn), send, MAX_ATTEMPTS),
  };
}

/** Logs transient faults: devices only see that they must wait, so the log is the only place. */
function reported(
  { reportRarely }: CallDependencies,
  { operation, authorityArn }: PrivateCaCall,
  error: IssuerError,
): IssuerError {
  if (['throttled', 'unavailable', 'unanswered'].includes(error.fault)) {
    reportRarely(`${operation} ${authorityArn} ${error.fault}`, error.message);
  }
  return error;
}

/** Full jitter: the actual pause is a random part of this one. */
function longestPauseMs({ kind }: CallFailure, attempts: number): number {
  const first = kind === 'throttled' ? FIRST_PAUSE_WHEN_THROTTLED_MS : FIRST_PAUSE_MS;
  return first * 2 ** (attempts - 1);
}

function openBreaker({ clock, report }: CallDependencies, region: string): CircuitBreaker {
  return createCircuitBreaker({
    clock,
    judge: (error) => (error instanceof FailedCall ? VERDICTS[error.failure.kind] : 'unknown'),
    onChange: (state, cause) =>
      state === 'open'
        ? report(`AWS Private CA in ${region} fails; devices are told to wait`, cause)
        : report(`AWS Private CA in ${region} answers again`),
  });
}

/** @throws IssuerError 'not-found' when it is not the ARN of a CA */
function regionOf(authorityArn: string): string {
  const arn = parseArn(authorityArn);
  if (arn?.service === 'acm-pca' && arn.region !== '') return arn.region;
  throw new IssuerError('not-found', `${authorityArn} is not the ARN of a CA`);
}
