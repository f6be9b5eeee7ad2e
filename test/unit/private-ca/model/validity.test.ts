import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../../src/aws-wire/aws-error.ts';
import {
  type RequestedValidity,
  resolveValidity,
} from '../../../../src/private-ca/model/validity.ts';

const NOW = Date.parse('2026-01-31T12:00:00.500Z');

function notAfter(Type: RequestedValidity['Type'], Value: number): string {
  return resolveValidity({ Type, Value }, undefined, NOW).notAfter.toISOString();
}

describe('resolveValidity', () => {
  it.each<[RequestedValidity['Type'], number, string]>([
    ['DAYS', 365, '2027-01-31T12:00:00.000Z'],
    ['MONTHS', 1, '2026-02-28T12:00:00.000Z'],
    ['MONTHS', 25, '2028-02-29T12:00:00.000Z'],
    ['YEARS', 10, '2036-01-31T12:00:00.000Z'],
    ['ABSOLUTE', 1_800_000_000, '2027-01-15T08:00:00.000Z'],
    ['END_DATE', 270115080000, '2027-01-15T08:00:00.000Z'],
    ['END_DATE', 20270115080000, '2027-01-15T08:00:00.000Z'],
    ['END_DATE', 99991231235959, '9999-12-31T23:59:59.000Z'],
    ['END_DATE', 20280229000000, '2028-02-29T00:00:00.000Z'],
  ])('resolves %s %d', (type, value, expected) => {
    expect(notAfter(type, value)).toBe(expected);
  });

  it('starts an hour ago, or at ValidityNotBefore, which does not move the end', () => {
    const days = { Type: 'DAYS', Value: 1 } as const;
    expect(resolveValidity(days, undefined, NOW).notBefore.toISOString()).toBe(
      '2026-01-31T11:00:00.000Z',
    );
    const later = resolveValidity(days, { Type: 'ABSOLUTE', Value: NOW / 1_000 + 60 - 0.5 }, NOW);
    expect(later.notBefore.toISOString()).toBe('2026-01-31T12:01:00.000Z');
    expect(later.notAfter.toISOString()).toBe('2026-02-01T12:00:00.000Z');
  });

  it.each<[RequestedValidity['Type'], number]>([
    ['ABSOLUTE', 1_700_000_000],
    ['ABSOLUTE', Number.MAX_SAFE_INTEGER],
    ['END_DATE', 500115080000],
    ['END_DATE', 20270230000000],
    ['END_DATE', 20271301000000],
    ['END_DATE', 123],
    ['END_DATE', 2027011508000],
    ['YEARS', 8_000],
    ['DAYS', Number.MAX_SAFE_INTEGER],
  ])('refuses %s %d', (type, value) => {
    expect(() => notAfter(type, value)).toThrow(AwsError);
  });

  it('refuses a NotBefore that is relative or after the end', () => {
    const days = { Type: 'DAYS', Value: 1 } as const;
    expect(() => resolveValidity(days, days, NOW)).toThrow('ABSOLUTE');
    const late = { Type: 'ABSOLUTE', Value: NOW / 1_000 + 90_000 } as const;
    expect(() => resolveValidity(days, late, NOW)).toThrow('after the end');
  });

  it('returns ordered whole seconds or refuses, for any input', () => {
    const type = fc.constantFrom<RequestedValidity['Type']>(
      'END_DATE',
      'ABSOLUTE',
      'DAYS',
      'MONTHS',
      'YEARS',
    );
    const value = fc.oneof(
      fc.integer({ min: 1, max: 5_000 }),
      fc.maxSafeNat().map((n) => n + 1),
    );
    fc.assert(
      fc.property(type, value, (Type, Value) => {
        try {
          const validity = resolveValidity({ Type, Value }, undefined, NOW);
          expect(validity.notAfter.getTime() % 1_000).toBe(0);
          expect(validity.notAfter > validity.notBefore).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(AwsError);
        }
      }),
    );
  });
});
