import { describe, expect, it } from 'vitest';
import { asksInVain, nextMove } from '../../../../src/enrolment/transaction/asking-turn.ts';

const NOW = 1_000_000_000;
const SECOND = 1_000;
const mine = (secondsAgo: number, inVain = true) => ({ since: NOW - secondsAgo * SECOND, inVain });
const stranger = { since: undefined, inVain: true };
const asked = (secondsAgo: number) => ({ since: NOW - secondsAgo * SECOND });
const byMany = (secondsAgo: number) => ({ ...asked(secondsAgo), byMany: true });

describe('who may ask the CA', () => {
  it('nobody has: first it is stored that somebody does', () => {
    expect(nextMove(undefined, stranger, NOW)).toBe('claim');
  });

  it('who asks alone in vain goes on, and says so again every five seconds', () => {
    expect(nextMove(asked(5), mine(5), NOW)).toBe('ask');
    expect(nextMove(asked(6), mine(6), NOW)).toBe('claim');
    expect(nextMove(asked(3_600), mine(3_600), NOW)).toBe('claim');
  });

  it('others leave him alone for ten seconds, then take him for dead', () => {
    expect(nextMove(asked(0), stranger, NOW)).toBe('wait');
    expect(nextMove(asked(9), stranger, NOW)).toBe('wait');
    expect(nextMove(asked(10), stranger, NOW)).toBe('share');
    expect(nextMove(asked(10), mine(20), NOW)).toBe('share');
  });

  it('once there were several, anybody may', () => {
    expect(nextMove(byMany(1), stranger, NOW)).toBe('ask');
    expect(nextMove(byMany(1), mine(1), NOW)).toBe('ask');
  });

  it('nobody does when the CA may have forgotten the token', () => {
    for (const turn of [stranger, mine(271, false)]) {
      expect(nextMove(asked(271), turn, NOW)).toBe('give-up');
      expect(nextMove(byMany(271), turn, NOW)).toBe('give-up');
      expect(nextMove(byMany(270), turn, NOW)).toBe('ask');
    }
  });

  it('nor when it was asked in the future, as by a clock that was put back: how long ago cannot be told', () => {
    for (const turn of [stranger, mine(-271, false)]) {
      expect(nextMove(asked(-271), turn, NOW)).toBe('give-up');
      expect(nextMove(byMany(-271), turn, NOW)).toBe('give-up');
    }
    // By less the clocks of replicas may differ, and it soon is the past.
    expect(nextMove(asked(-270), stranger, NOW)).toBe('wait');
    expect(nextMove(asked(-271), mine(-271), NOW)).toBe('ask');
  });

  it('who got no answer asks again, and can no longer tell that nothing came of it', () => {
    expect(nextMove(asked(200), mine(200, false), NOW)).toBe('ask');
    expect(asksInVain(asked(200), mine(200, false))).toBe(false);
  });
});

it('only who alone asked in vain can tell that nothing came of it', () => {
  expect(asksInVain(asked(1), mine(1))).toBe(true);
  expect(asksInVain(undefined, mine(1))).toBe(false);
  expect(asksInVain(byMany(1), mine(1))).toBe(false);
  expect(asksInVain(asked(1), mine(2))).toBe(false);
  expect(asksInVain(asked(1), stranger)).toBe(false);
});
