import { describe, expect, it } from 'vitest';
import { SECOND_MS } from '../../../../src/durations.ts';
import {
  canTellNothingIssued,
  nextMove,
} from '../../../../src/enrolment/transaction/asking-turn.ts';

const NOW = 1_000_000_000;
const mine = (secondsAgo: number, knowsNothingIssued = true) => ({
  askingSince: NOW - secondsAgo * SECOND_MS,
  knowsNothingIssued,
});
const stranger = { askingSince: undefined, knowsNothingIssued: true };
const asked = (secondsAgo: number) => ({ since: NOW - secondsAgo * SECOND_MS });
const byMany = (secondsAgo: number) => ({ ...asked(secondsAgo), byMany: true });

describe('nextMove', () => {
  it('claims the turn before the CA is asked for the first time', () => {
    expect(nextMove(undefined, stranger, NOW)).toBe('claim');
  });

  it('lets the sole requester go on and claim again every five seconds', () => {
    expect(nextMove(asked(5), mine(5), NOW)).toBe('ask');
    expect(nextMove(asked(6), mine(6), NOW)).toBe('claim');
    expect(nextMove(asked(3_600), mine(3_600), NOW)).toBe('claim');
  });

  it('lets others wait for ten seconds, then presume the requester dead', () => {
    expect(nextMove(asked(0), stranger, NOW)).toBe('wait');
    expect(nextMove(asked(9), stranger, NOW)).toBe('wait');
    expect(nextMove(asked(10), stranger, NOW)).toBe('share');
    expect(nextMove(asked(10), mine(20), NOW)).toBe('share');
  });

  it('lets any call ask once several may have asked', () => {
    expect(nextMove(byMany(1), stranger, NOW)).toBe('ask');
    expect(nextMove(byMany(1), mine(1), NOW)).toBe('ask');
  });

  it('gives up when the CA may have forgotten the token', () => {
    for (const turn of [stranger, mine(271, false)]) {
      expect(nextMove(asked(271), turn, NOW)).toBe('give-up');
      expect(nextMove(byMany(271), turn, NOW)).toBe('give-up');
      expect(nextMove(byMany(270), turn, NOW)).toBe('ask');
    }
  });

  it('gives up when the CA was asked in the future, because the age of the token is unknown', () => {
    for (const turn of [stranger, mine(-271, false)]) {
      expect(nextMove(asked(-271), turn, NOW)).toBe('give-up');
      expect(nextMove(byMany(-271), turn, NOW)).toBe('give-up');
    }
    // Clocks of replicas may differ by less; that time is soon past.
    expect(nextMove(asked(-270), stranger, NOW)).toBe('wait');
    expect(nextMove(asked(-271), mine(-271), NOW)).toBe('ask');
  });

  it('lets a call that got no answer ask again, although it can no longer tell that nothing was issued', () => {
    expect(nextMove(asked(200), mine(200, false), NOW)).toBe('ask');
    expect(canTellNothingIssued(asked(200), mine(200, false))).toBe(false);
  });
});

it('only the sole requester, after answers to all its questions, can tell that nothing was issued', () => {
  expect(canTellNothingIssued(asked(1), mine(1))).toBe(true);
  expect(canTellNothingIssued(undefined, mine(1))).toBe(false);
  expect(canTellNothingIssued(byMany(1), mine(1))).toBe(false);
  expect(canTellNothingIssued(asked(1), mine(2))).toBe(false);
  expect(canTellNothingIssued(asked(1), stranger)).toBe(false);
});
