import { describe, expect, it } from 'vitest';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { derElement, derSequence, derTime } from '../../../src/asn1/write-der.ts';
import { readValidity } from '../../../src/x509/read-validity.ts';

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const good = derTime(new Date('2026-01-01T00:00:00Z'));

function read(...times: Uint8Array[]) {
  return readValidity(readBer(derSequence(...times)));
}

function time(tag: number, text: string): Uint8Array {
  return derElement(tag, Buffer.from(text, 'latin1'));
}

describe('readValidity', () => {
  it.each([
    [UTC_TIME, '240229235959Z', '2024-02-29T23:59:59Z'],
    [UTC_TIME, '491231235959Z', '2049-12-31T23:59:59Z'],
    [UTC_TIME, '500101000000Z', '1950-01-01T00:00:00Z'],
    [UTC_TIME, '2402292359Z', '2024-02-29T23:59:00Z'],
    [UTC_TIME, '240229235959+0130', '2024-02-29T22:29:59Z'],
    [GENERALIZED_TIME, '20510101000000Z', '2051-01-01T00:00:00Z'],
    [GENERALIZED_TIME, '20510101000000.5Z', '2051-01-01T00:00:00Z'],
    [GENERALIZED_TIME, '99991231235959Z', '9999-12-31T23:59:59Z'],
  ])('reads tag %d with %s', (tag, text, iso) => {
    expect(read(time(tag, text), good).notBefore).toEqual(new Date(iso));
    expect(read(good, time(tag, text)).notAfter).toEqual(new Date(iso));
  });

  const malformed = [
    [UTC_TIME, ''],
    [UTC_TIME, '240229235959'],
    [UTC_TIME, '20240229235959Z'],
    [UTC_TIME, '241329235959Z'],
    [UTC_TIME, '240229245959Z'],
    [UTC_TIME, 'nonsense'],
    [GENERALIZED_TIME, '240229235959Z'],
    [GENERALIZED_TIME, '20240229Z'],
    [GENERALIZED_TIME, '20240229235959Z'.padEnd(40)],
    [0x04, '240229235959Z'],
  ] as const;
  it.each(malformed)('treats tag %d with "%s" as valid at no time', (tag, text) => {
    for (const times of [
      [time(tag, text), good],
      [good, time(tag, text)],
    ]) {
      const { notBefore, notAfter } = read(...times);
      const moments = [0, Date.now(), 253_402_300_799_000];
      expect(moments.filter((moment) => moment >= notBefore.getTime())).toEqual([]);
      expect(moments.filter((moment) => moment <= notAfter.getTime())).toEqual([]);
    }
  });

  it('treats absent times as valid at no time', () => {
    expect(read(good).notAfter.getTime()).toBeLessThan(0);
    expect(read().notBefore.getTime()).toBeGreaterThan(253_402_300_799_000);
  });
});
