import { SECOND_MS } from '../../durations.ts';
import type { IssuingTransaction } from './transaction-record.ts';

/** What one call of `advanceTransaction` knows of its own questions to the CA. */
export interface AskingTurn {
  /** The `asked.since` that this call has stored. */
  askingSince: number | undefined;
  /** Whether the CA has answered each question, and issued nothing. */
  knowsNothingIssued: boolean;
}

type Asked = IssuingTransaction['asked'];
type Move = 'claim' | 'ask' | 'wait' | 'share' | 'give-up';

/**
 * AWS knows an idempotency token for five minutes (IssueCertificate, API Reference of AWS Private
 * CA). Half a minute of these is kept for clocks that differ and for calls on their way.
 */
const TOKEN_LIFETIME_MS = 270 * SECOND_MS;
/**
 * Other calls wait this long for the asking one, which claims its turn again after half of it.
 */
const UNDISTURBED_MS = 10 * SECOND_MS;

/**
 * Decides the next step for a certificate the CA has not acknowledged. Only the sole requester can
 * know that nothing was issued; others wait until it is presumed dead, and then first store that
 * several may have asked.
 */
export function nextMove(asked: Asked, turn: AskingTurn, now: number): Move {
  if (asked === undefined) return 'claim';
  const ageMs = now - asked.since;
  if (canTellNothingIssued(asked, turn)) return ageMs > UNDISTURBED_MS / 2 ? 'claim' : 'ask';
  // Asked in the future: a clock was ahead, so the age of the token at the CA is unknown.
  if (now > askUntil(asked) || ageMs < -TOKEN_LIFETIME_MS) return 'give-up';
  if (asked.byMany || isHeldBy(turn, asked)) return 'ask';
  return ageMs < UNDISTURBED_MS ? 'wait' : 'share';
}

/** When the CA may last be asked with the same token, in milliseconds since the epoch. */
export function askUntil({ since }: NonNullable<Asked>): number {
  return since + TOKEN_LIFETIME_MS;
}

/** Whether this call alone has used the token, and the CA has issued nothing for it. */
export function canTellNothingIssued(asked: Asked, turn: AskingTurn): boolean {
  return isHeldBy(turn, asked) && turn.knowsNothingIssued;
}

/** Whether no other call can have used the token. */
export function isHeldBy(turn: AskingTurn, asked: Asked): asked is NonNullable<Asked> {
  return asked !== undefined && !asked.byMany && asked.since === turn.askingSince;
}
