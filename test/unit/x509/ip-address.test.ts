import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpAddress, parseIpAddress } from '../../../src/x509/ip-address.ts';

describe('parseIpAddress', () => {
  it.each([
    ['192.0.2.1', 'c0000201'],
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['2001:db8::8:800:200C:417A', '20010db80000000000080800200c417a'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
  ])('reads %s', (text, hex) => {
    expect(Buffer.from(parseIpAddress(text) ?? []).toString('hex')).toBe(hex);
  });

  it.each([
    ...['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4/8', ':', ':::', '1:2', '::1::'],
    ...[
      '1:2:3:4:5:6:7:8:9',
      '1::2:3:4:5:6:7:8',
      '12345::',
      'fe80::1%eth0',
      '1.2.3.4::',
      ':1:2:3:4:5:6:7',
    ],
  ])('refuses %j', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });

  it('accepts as IPv6 what Node accepts', () => {
    const text = fc.string({
      unit: fc.constantFrom(':', '::', '0', '1', 'ab', 'FFFF'),
      maxLength: 17,
    });
    fc.assert(
      fc.property(text, (address) => {
        fc.pre(address.includes(':'));
        expect(parseIpAddress(address) !== undefined).toBe(isIPv6(address));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('formatIpAddress', () => {
  it.each([
    ['c0000201', '192.0.2.1'],
    ['0'.repeat(32), '::'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['00010000000000000000000000000000', '1::'],
  ])('writes %s as %s', (hex, text) => {
    expect(formatIpAddress(Buffer.from(hex, 'hex'))).toBe(text);
  });

  it('refuses another length', () => {
    expect(formatIpAddress(Buffer.alloc(8))).toBeUndefined();
  });

  it('writes what parseIpAddress reads', () => {
    const octets = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }),
    );
    fc.assert(
      fc.property(octets, (address) => {
        const text = formatIpAddress(Uint8Array.from(address)) ?? '';
        expect([...(parseIpAddress(text) ?? [])]).toEqual([...address]);
      }),
    );
  });
});
