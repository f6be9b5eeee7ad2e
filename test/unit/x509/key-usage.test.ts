import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { KEY_USAGES, keyUsageExtension, parseKeyUsage } from '../../../src/x509/key-usage.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('keyUsage', () => {
  it('writes and reads every set of usages', () => {
    fc.assert(
      fc.property(fc.subarray([...KEY_USAGES]), (usages) => {
        expect(parseKeyUsage(keyUsageExtension(usages).value)).toEqual(usages);
      }),
    );
  });

  it.each([
    [['digitalSignature', 'keyEncipherment'], '030205a0'],
    [['digitalSignature', 'keyCertSign', 'cRLSign'], '03020186'],
    [['decipherOnly'], '0303070080'],
    [[], '030100'],
  ] as const)('writes %j as DER', (usages, expected) => {
    const extension = keyUsageExtension(usages);
    expect(Buffer.from(extension.value).toString('hex')).toBe(expected);
    expect(extension.critical).toBe(true);
  });

  it('reads trailing zero bits', () => {
    expect(parseKeyUsage(hex('030200a0'))).toEqual(['digitalSignature', 'keyEncipherment']);
  });

  it.each(['0300', '030208a0', '030205a1', '030307ffff', '03040700ffff', '0402a000', '030107'])(
    'refuses %s',
    (text) => {
      expect(() => parseKeyUsage(hex(text))).toThrow(DecodeError);
    },
  );
});
