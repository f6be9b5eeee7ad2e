import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { derOid, derPrintableString, derSequence, derSet } from '../../../src/asn1/write-der.ts';
import {
  derIssuerAndSerialNumber,
  identifies,
  readEntityIdentifier,
} from '../../../src/cms/entity-identifier.ts';
import { parseName } from '../../../src/x509/distinguished-name.ts';
import { keyIdentifierOf } from '../../../src/x509/key-identifier.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const { certificate } = goldenIdentity('ra');
const { certificate: sameIssuer } = goldenIdentity('foreign-ra');
const { certificate: root } = goldenIdentity('root');
const withSerial = (...octets: number[]): Certificate => ({
  ...certificate,
  serialNumber: Buffer.from(octets),
});

describe('an issuerAndSerialNumber', () => {
  const id = { kind: 'issuerAndSerialNumber', issuer: certificate.issuer } as const;

  it('identifies only the certificate of that issuer and number', () => {
    const ours = { ...id, serialNumber: certificate.serialNumber };
    expect(identifies(ours, certificate)).toBe(true);
    expect(identifies(ours, sameIssuer)).toBe(false);
    expect(identifies({ ...ours, issuer: certificate.subject }, certificate)).toBe(false);
  });

  it('identifies it by its issuer in another string type, case and spacing too', () => {
    const [cn = { oid: '', value: '' }] = parseName(certificate.issuer).flat();
    const written = ` ${cn.value.toUpperCase()}  `;
    const issuer = derSequence(
      ...parseName(certificate.issuer)
        .flat()
        .map(({ oid, value }) => {
          const text = value === cn.value ? written : value;
          return derSet(derSequence(derOid(oid), derPrintableString(text)));
        }),
    );
    const { serialNumber } = certificate;
    expect(issuer).not.toEqual(certificate.issuer);
    expect(identifies({ ...id, issuer, serialNumber }, certificate)).toBe(true);
    expect(identifies({ ...id, issuer, serialNumber }, sameIssuer)).toBe(false);
  });

  it.each([
    [[5], [0, 5], true],
    [[0, 5], [5], true],
    [[0, 0x85], [0x85], true],
    [[0], [0, 0], true],
    [[0], [0], true],
    [[5], [5, 0], false],
    [[0], [1], false],
  ])(
    'with serial %j in the message and %j in the certificate matches: %s',
    (claimed, actual, expected) => {
      expect(identifies({ ...id, serialNumber: Buffer.from(claimed) }, withSerial(...actual))).toBe(
        expected,
      );
    },
  );
});

describe('a subjectKeyIdentifier', () => {
  const keyIdentifier = keyIdentifierOf(certificate.subjectPublicKeyInfo);

  it('identifies only the certificate with that extension', () => {
    const id = { kind: 'subjectKeyIdentifier', keyIdentifier } as const;
    expect(identifies(id, certificate)).toBe(true);
    expect(identifies(id, root)).toBe(false);
    expect(identifies({ ...id, keyIdentifier: keyIdentifier.subarray(1) }, certificate)).toBe(
      false,
    );
  });

  it.each(['', '04', '0500', '0414', '240604040102', '2480'])(
    'identifies no certificate whose extension is %j, and does not throw',
    (hex) => {
      const malformed = {
        oid: OID.subjectKeyIdentifier,
        critical: false,
        value: Buffer.from(hex, 'hex'),
      };
      const id = { kind: 'subjectKeyIdentifier', keyIdentifier } as const;
      expect(identifies(id, { ...certificate, extensions: [malformed] })).toBe(false);
    },
  );

  it('identifies no certificate without the extension', () => {
    const id = { kind: 'subjectKeyIdentifier', keyIdentifier } as const;
    expect(identifies(id, { ...certificate, extensions: [] })).toBe(false);
    const none = { kind: 'subjectKeyIdentifier', keyIdentifier: new Uint8Array() } as const;
    expect(identifies(none, { ...certificate, extensions: [] })).toBe(false);
  });
});

it('derIssuerAndSerialNumber repeats the exact bytes of both', () => {
  const odd = withSerial(0, 0, 0x85);
  const [issuer, serialNumber] = readBer(derIssuerAndSerialNumber(odd)).children;
  expect(issuer?.bytes).toEqual(certificate.issuer);
  expect(serialNumber?.bytes).toEqual(Buffer.of(2, 3, 0, 0, 0x85));
});

describe('readEntityIdentifier', () => {
  const read = (hex: string) => readEntityIdentifier(readBer(Buffer.from(hex, 'hex')));

  it('reads what derIssuerAndSerialNumber writes', () => {
    const id = readEntityIdentifier(readBer(derIssuerAndSerialNumber(certificate)));
    expect(identifies(id, certificate)).toBe(true);
  });

  it.each(['80020102', 'a00404020102'])('reads the key identifier %s', (hex) => {
    expect(read(hex)).toEqual({ kind: 'subjectKeyIdentifier', keyIdentifier: Buffer.of(1, 2) });
  });

  it.each(['3000', '3003020105', '30023000', '300430000500', '810101', '020105', 'a0020500'])(
    'refuses %s',
    (hex) => {
      expect(() => read(hex)).toThrow(DecodeError);
    },
  );

  it('refuses a missing element', () => {
    expect(() => readEntityIdentifier(undefined)).toThrow(DecodeError);
  });
});
