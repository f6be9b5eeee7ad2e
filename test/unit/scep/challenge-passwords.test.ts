import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derElement,
  derIa5String,
  derInteger,
  derPrintableString,
  derUtf8String,
} from '../../../src/asn1/write-der.ts';
import { challengePasswords } from '../../../src/scep/challenge-passwords.ts';
import { buildCertificationRequest } from '../../../src/x509/build-certification-request.ts';
import { derName } from '../../../src/x509/distinguished-name.ts';
import {
  type Attribute,
  parseCertificationRequest,
} from '../../../src/x509/parse-certification-request.ts';
import { createSigner } from '../../../src/x509/signing-algorithm.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const device = goldenIdentity('renewing-device');

function passwordsOf(...attributes: readonly Attribute[]): string[] {
  const der = buildCertificationRequest(
    {
      subject: derName([]),
      subjectPublicKeyInfo: device.publicKey.export({ format: 'der', type: 'spki' }),
      attributes,
    },
    'SHA256WITHRSA',
    createSigner(device.privateKey, 'SHA256WITHRSA'),
  );
  return challengePasswords(parseCertificationRequest(der));
}

const challenge = (...values: Uint8Array[]) => ({ oid: OID.challengePassword, values });

describe('challengePasswords', () => {
  it.each([
    ['PrintableString', derPrintableString('Pa55 word'), 'Pa55 word'],
    ['PrintableString with an underscore', derPrintableString('a_b'), 'a_b'],
    ['UTF8String', derUtf8String('Schlüssel✓'), 'Schlüssel✓'],
    ['IA5String', derIa5String('a@b'), 'a@b'],
    ['TeletexString', derElement(0x14, Buffer.from('Schl\xfcssel', 'latin1')), 'Schlüssel'],
    ['BMPString', derElement(0x1e, Buffer.from('\0S\0\xfc\x27\x13', 'latin1')), 'Sü✓'],
  ])('reads a %s', (_, value, text) => {
    expect(passwordsOf(challenge(value))).toEqual([text]);
  });

  it('returns every one, so that the caller can refuse more than one', () => {
    const [one, two] = [derPrintableString('1'), derPrintableString('2')];
    expect(passwordsOf(challenge(one), challenge(two))).toHaveLength(2);
    expect(passwordsOf(challenge(one, two))).toHaveLength(2);
  });

  it('ignores empty ones', () => {
    expect(passwordsOf()).toEqual([]);
    expect(passwordsOf(challenge(derPrintableString('')))).toEqual([]);
    expect(passwordsOf(challenge(derUtf8String('')), challenge(derPrintableString('1')))).toEqual([
      '1',
    ]);
  });

  it('ignores other attributes', () => {
    expect(passwordsOf({ oid: OID.unstructuredName, values: [derPrintableString('x')] })).toEqual(
      [],
    );
  });

  it.each([
    ['an INTEGER', derInteger(1)],
    ['half a BMP character', derElement(0x1e, Buffer.of(0))],
    ['no valid UTF-8', derElement(0x0c, Buffer.of(0xff))],
    ['a constructed string', derElement(0x33, derPrintableString('1'))],
    ['a context tag', derElement(0x93, Buffer.from('1'))],
  ])('refuses %s', (_, value) => {
    expect(() => passwordsOf(challenge(value))).toThrow(DecodeError);
  });
});
