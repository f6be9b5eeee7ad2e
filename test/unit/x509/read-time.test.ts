import { describe, expect, it } from 'vitest';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { derElement, derTime } from '../../../src/asn1/write-der.ts';
import { readTime } from '../../../src/x509/read-time.ts';

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

function read(tag: number, text: string): Date {
  return readTime(readBer(derElement(tag, Buffer.from(text, 'latin1'))));
}

describe('readTime', () => {
  it.each(['1950-01-01T00:00:00Z', '2026-02-28T23:59:59Z', '2049-12-31T23:59:59Z'])(
    'reads %s from a UTCTime',
    (text) => {
      expect(readTime(readBer(derTime(new Date(text))))).toEqual(new Date(text));
    },
  );

  it('reads years beyond 2049 from a GeneralizedTime', () => {
    expect(read(GENERALIZED_TIME, '99991231235959Z')).toEqual(new Date('9999-12-31T23:59:59Z'));
  });

  it.each([
    [UTC_TIME, '2605300815Z'],
    [UTC_TIME, '260530081530+0100'],
    [UTC_TIME, '20260530081530Z'],
    [UTC_TIME, '260230081530Z'],
    [UTC_TIME, '261330081530Z'],
    [UTC_TIME, '260530241530Z'],
    [UTC_TIME, ''],
    [GENERALIZED_TIME, '20260530081530.5Z'],
    [GENERALIZED_TIME, '260530081530Z'],
    [0x04, '260530081530Z'],
  ])('refuses tag %d with "%s"', (tag, text) => {
    expect(() => read(tag, text)).toThrow(expect.objectContaining({ name: 'DecodeError' }));
  });
});
