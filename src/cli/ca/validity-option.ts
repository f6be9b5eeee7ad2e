import { InvalidArgumentError } from 'commander';

/** Validity of the API. */
export interface Validity {
  readonly Type: 'DAYS' | 'MONTHS' | 'YEARS' | 'ABSOLUTE';
  /** Of an ABSOLUTE one: seconds since the epoch. */
  readonly Value: number;
}

const UNITS: Readonly<Record<string, Validity['Type']>> = { d: 'DAYS', m: 'MONTHS', y: 'YEARS' };

export const VALIDITY_FORMS = 'such as 90d, 18m, 10y or 2036-01-31';

/** A parser for commander. A date ends at its first moment in UTC. */
export function parseValidity(text: string): Validity {
  const [, digits, unit = ''] = /^([1-9]\d{0,4})([dmy])$/.exec(text) ?? [];
  const type = UNITS[unit];
  if (type !== undefined) return { Type: type, Value: Number(digits) };
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(text);
  const time = isTime ? new Date(text).getTime() : Number.NaN;
  const exists = time > 0 && new Date(time).toISOString().startsWith(text.slice(0, 10));
  if (exists) return { Type: 'ABSOLUTE', Value: time / 1_000 };
  throw new InvalidArgumentError(`It must be a time ${VALIDITY_FORMS} or 2036-01-31T12:00:00Z.`);
}
