import { expect, it } from 'vitest';
import {
  collect,
  parseFingerprint,
  parseKeyUsages,
  parsePurposes,
  parseSerialNumber,
  parseServerUrl,
  parseWholeNumber,
} from '../../../../src/cli/terminal/parse-option.ts';

const FINGERPRINT = 'ab'.repeat(32);

it('accepts http and https URLs without credentials', () => {
  expect(parseServerUrl('http://ca.example/scep/x').href).toBe('http://ca.example/scep/x');
  expect(parseServerUrl('https://ca.example').protocol).toBe('https:');
  for (const bad of ['ca.example/scep', 'ftp://ca.example', 'file:///etc/passwd', '']) {
    expect(() => parseServerUrl(bad)).toThrow(/http:\/\/ or https:\/\//);
  }
  expect(() => parseServerUrl('http://user:word@ca.example')).toThrow(/user name/);
});

it('accepts SHA-256 fingerprints with colons and in any case', () => {
  expect(parseFingerprint(FINGERPRINT)).toBe(FINGERPRINT);
  expect(parseFingerprint(FINGERPRINT.toUpperCase().replaceAll(/..(?!$)/g, '$&:'))).toBe(
    FINGERPRINT,
  );
  for (const bad of ['ab'.repeat(20), 'xy'.repeat(32), '']) {
    expect(() => parseFingerprint(bad)).toThrow(/64 hexadecimal digits/);
  }
});

it('accepts whole numbers within bounds', () => {
  const parse = parseWholeNumber(1, 600);
  expect([parse('1'), parse('600')]).toEqual([1, 600]);
  for (const bad of ['0', '601', '1.5', '-1', 'x', '', '1e2']) {
    expect(() => parse(bad)).toThrow(/from 1 to 600/);
  }
});

it('collects the values of a repeated option', () => {
  expect(collect('b', collect('a'))).toEqual(['a', 'b']);
});

it('accepts key usages by name, separated by commas or repeated', () => {
  expect(parseKeyUsages('keyEncipherment', parseKeyUsages('digitalsignature, cRLSign'))).toEqual([
    ...['digitalSignature', 'cRLSign', 'keyEncipherment'],
  ]);
  expect(() => parseKeyUsages('signing')).toThrow(/digitalSignature, nonRepudiation/);
});

it('accepts extended key usages by name or object identifier', () => {
  expect(parsePurposes('1.3.6.1.5.5.7.3.4', parsePurposes('clientAuth,serverAuth'))).toEqual([
    ...['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.4'],
  ]);
  for (const bad of ['web', '1', '', '3.1']) {
    expect(() => parsePurposes(bad)).toThrow(/object identifier/);
  }
});

it('accepts serial numbers as openssl prints them', () => {
  const octets = (text: string) => Buffer.from(parseSerialNumber(text)).toString('hex');
  expect(octets('0A1B')).toBe('0a1b');
  expect(octets('0x0a:1b')).toBe('0a1b');
  expect(octets('F1')).toBe('00f1');
  expect(octets('7')).toBe('07');
  for (const bad of ['', '0', '00:00', 'xyz', '12 34', 'f'.repeat(43)]) {
    expect(() => parseSerialNumber(bad)).toThrow(/hexadecimal/);
  }
});
