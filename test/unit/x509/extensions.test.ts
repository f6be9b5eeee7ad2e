import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import { derExtensions, readExtensions } from '../../../src/x509/extensions.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('readExtensions', () => {
  it('reads what derExtensions writes', () => {
    const extensions = [
      keyUsageExtension(['cRLSign']),
      extendedKeyUsageExtension([OID.clientAuth]),
    ];
    expect(readExtensions(readBer(derExtensions(extensions)))).toEqual(extensions);
  });

  it.each([
    '0500',
    '30020500',
    '30083006020101040100',
    '300430020603',
    '300a300806022a030402050000',
  ])('refuses %s', (text) => {
    expect(() => readExtensions(readBer(hex(text)))).toThrow(DecodeError);
  });
});
