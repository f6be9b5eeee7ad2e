import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  extendedKeyUsageExtension,
  parseExtendedKeyUsage,
} from '../../../src/x509/extended-key-usage.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('extKeyUsage', () => {
  it('writes and reads purposes in order', () => {
    const purposes = [OID.serverAuth, OID.clientAuth, '1.3.6.1.4.1.311.20.2.2'];
    const extension = extendedKeyUsageExtension(purposes);
    expect(extension.critical).toBe(false);
    expect(parseExtendedKeyUsage(extension.value)).toEqual(purposes);
  });

  it.each(['3000', '0500', '30020500'])('refuses %s', (text) => {
    expect(() => parseExtendedKeyUsage(hex(text))).toThrow(DecodeError);
  });
});
