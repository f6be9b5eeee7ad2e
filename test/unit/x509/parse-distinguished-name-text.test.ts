import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derName, formatName, parseName } from '../../../src/x509/distinguished-name.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';

describe('parseDistinguishedNameText', () => {
  it('puts the last attribute of the text first in the DER', () => {
    expect(parseName(parseDistinguishedNameText('CN=a,O=b,C=US')).flat()).toEqual([
      { oid: OID.countryName, value: 'US', stringType: 'PrintableString' },
      { oid: OID.organizationName, value: 'b', stringType: 'UTF8String' },
      { oid: OID.commonName, value: 'a', stringType: 'UTF8String' },
    ]);
  });

  it.each([
    ['cn = a , o = b', 'CN=a,O=b'],
    ['CN=a=b', 'CN=a=b'],
    ['CN=Zo\u00eb', 'CN=Zo\u00eb'],
    ['CN=Zo\\C3\\AB', 'CN=Zo\u00eb'],
    ['CN=a\\, b', 'CN=a\\, b'],
    ['CN=a\\ ', 'CN=a\\ '],
    ['CN=a\\\\ ', 'CN=a\\\\'],
    ['CN=\\20a', 'CN=\\ a'],
    ['2.5.4.3=a', 'CN=a'],
    ['emailAddress=a@b.example', 'emailAddress=a@b.example'],
  ])('reads %j', (text, expected) => {
    expect(formatName(parseDistinguishedNameText(text))).toBe(expected);
  });

  it.each([
    ['', 'empty part'],
    ['CN=a,', 'empty part'],
    ['CN=a,,O=b', 'empty part'],
    ['CN', 'TYPE=value'],
    ['CN=', 'no value'],
    ['XX=a', 'known type'],
    ['C=USA', 'two letters'],
    ['CN=a+OU=b', 'joined by +'],
    ['CN=#0c0161', '#hex'],
    ['CN=a;b', 'backslash'],
    ['CN=a\\', 'backslash'],
    ['CN=\\x', 'not an escape'],
    ['CN=\\ff', 'not UTF-8'],
    ['emailAddress=zo\u00eb@b', 'cannot hold'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseDistinguishedNameText(text)).toThrow(RangeError);
    expect(() => parseDistinguishedNameText(text)).toThrow(reason);
  });

  it.each(['\u2000', 'a\u00a0', '\ufeffa', '\u3000 a'])(
    'keeps whitespace other than spaces: %j',
    (value) => {
      const der = derName([{ oid: OID.commonName, value }]);
      expect(parseDistinguishedNameText(formatName(der))).toEqual(der);
    },
  );

  it('reads what formatName writes', () => {
    const anyAttribute = fc.record({
      oid: fc.constantFrom(OID.commonName, OID.organizationName, OID.userId),
      value: fc.string({ unit: 'grapheme', minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(anyAttribute, { minLength: 1, maxLength: 8 }), (attributes) => {
        const der = derName(attributes);
        expect(parseDistinguishedNameText(formatName(der))).toEqual(der);
      }),
    );
  });

  it('throws only RangeError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'CN=,\\+#" a0;\u00eb') }), (text) => {
        try {
          parseDistinguishedNameText(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
