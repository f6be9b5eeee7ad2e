import type { IssuingTransaction } from './transaction-record.ts';

/** What one call of `advanceTransaction` knows of its own asking. */
export interface AskingTurn {
  /** The `asked.since` that this call has stored. */
  since: number | undefined;
  /** Whether the CA has said each time that it did nothing. */
  inVain: boolean;
}

type Asked = IssuingTransaction['asked'];
type Move = 'claim' | 'ask' | 'wait' | 'share' | 'give-up';

/** A CA knows an idempotency token for five minutes (aws.md 3.3); the rest is for clocks that differ and calls on their way. */
const TOKEN_LIFETIME = 270_000;
/** For how long no other call disturbs the one that asks. That one stores that it goes on before half of it is over. */
const UNDISTURBED = 10_000;

/**
 * What may be done about a certificate that the CA has not named yet. Only a call that asks alone can tell that nothing came of it,
 * and then forget that the CA was asked. No other call asks until that one must be taken for dead, and not before the
 * transaction says that several may have asked.
 */
export function nextMove(asked: Asked, turn: AskingTurn, now: number): Move {
  if (asked === undefined) return 'claim';
  const age = now - asked.since;
  if (asksInVain(asked, turn)) return age > UNDISTURBED / 2 ? 'claim' : 'ask';
  // Asked in the future: some clock was ahead, and for how long the CA has known the token cannot be told.
  if (now > askUntil(asked) || age < -TOKEN_LIFETIME) return 'give-up';
  if (asked.byMany || isHeldBy(turn, asked)) return 'ask';
  return age < UNDISTURBED ? 'wait' : 'share';
}

/** Until when the CA may be asked with the same token, milliseconds since the epoch. */
export function askUntil({ since }: NonNullable<Asked>): number {
  return since + TOKEN_LIFETIME;
}

/** Whether this call alone has used the token, and nothing came of it. */
export function asksInVain(asked: Asked, turn: AskingTurn): boolean {
  return isHeldBy(turn, asked) && turn.inVain;
}

/** Whether this call alone may have used the token. */
export function isHeldBy(turn: AskingTurn, asked: Asked): asked is NonNullable<Asked> {
  return asked !== undefined && !asked.byMany && asked.since === turn.since;
}
