import { describe, expect, it } from 'vitest';
import { berToDer, octets } from '../../../src/asn1/ber-to-der.ts';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const converted = (hex: string) => Buffer.from(berToDer(bytes(hex))).toString('hex');

describe('berToDer', () => {
  it.each([
    ['30 80 02 01 05 00 00', '3003020105'],
    ['30 80 30 80 05 00 00 00 00 00', '300430020500'],
    ['30 06 30 80 05 00 00 00', '300430020500'],
    ['24 80 04 02 0102 04 01 03 00 00', '0403010203'],
    ['24 07 04 02 0102 04 01 03', '0403010203'],
    ['24 80 24 80 04 01 01 00 00 04 01 02 00 00', '04020102'],
    ['24 80 00 00', '0400'],
    ['24 00', '0400'],
    ['a0 80 24 80 04 01 aa 00 00 00 00', 'a0030401aa'],
  ])('converts %s to %s', (ber, der) => {
    expect(converted(ber)).toBe(der);
  });

  it('keeps a constructed [0] as it is, which may be a string or an explicit tag', () => {
    expect(converted('a0 80 04 01 01 04 01 02 00 00')).toBe('a006040101040102');
  });

  it('keeps a needlessly long length where nothing else has to change', () => {
    expect(converted('30 81 03 02 01 05')).toBe('308103020105');
  });

  it('returns DER unchanged, without a copy', () => {
    const { der } = goldenIdentity('ra').certificate;
    expect(berToDer(der).buffer).toBe(der.buffer);
    expect(berToDer(der)).toEqual(der);
  });

  it('converts an openssl stream into the DER that openssl writes without -stream', () => {
    const ra = goldenIdentity('ra');
    const sign = ['cms', '-sign', '-binary', '-nodetach', '-nosmimecap', '-outform', 'DER'];
    const keys = ['-signer', ra.certificateFile, '-inkey', ra.keyFile];
    const content = Buffer.alloc(20_000, 7);
    const streamed = runOpenssl([...sign, '-stream', ...keys], content);
    const der = berToDer(streamed);
    expect(readBer(streamed).indefinite).toBe(true);
    expect(der.length).toBeLessThan(streamed.length);
    const verify = ['cms', '-verify', '-noverify', '-binary', '-inform', 'DER'];
    expect(runOpenssl(verify, der)).toEqual(content);
    expect(berToDer(der)).toEqual(der);
  });

  it.each(['', '30 80', '30 02 05', '05 00 00'])('refuses %j', (hex) => {
    expect(() => berToDer(bytes(hex))).toThrow(DecodeError);
  });

  it('refuses a constructed OCTET STRING of anything but OCTET STRINGs', () => {
    expect(() => berToDer(bytes('24 03 02 01 05'))).toThrow(DecodeError);
    expect(() => berToDer(bytes('24 80 0c 01 41 00 00'))).toThrow(DecodeError);
  });
});

describe('octets', () => {
  it.each([
    ['04 02 0102', '0102'],
    ['80 02 0102', '0102'],
    ['24 06 04 01 01 04 01 02', '0102'],
    ['a0 06 04 01 01 04 01 02', '0102'],
    ['a0 08 24 03 04 01 01 04 01 02', '0102'],
    ['a0 00', ''],
  ])('reads %s as %s', (hex, expected) => {
    expect(Buffer.from(octets(readBer(bytes(hex)))).toString('hex')).toBe(expected);
  });

  it.each(['a0 02 05 00', 'a0 03 02 01 05', 'a0 05 30 03 04 01 01'])('refuses %s', (hex) => {
    expect(() => octets(readBer(bytes(hex)))).toThrow(DecodeError);
  });
});
