import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { decodeGetMessage } from '../../../src/scep/decode-get-message.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

/** Octets whose base64 has every character of the alphabet, including '+', '/' and padding. */
const bytes = Buffer.concat([
  Buffer.from('fbefbefbffbf', 'hex'),
  goldenIdentity('ra').certificate.der,
  Buffer.from('ff'),
]);
const base64 = bytes.toString('base64');
const wrapped = (base64.match(/.{1,64}/g) ?? []).join('\n');
const lines = (base64.match(/.{1,64}/g) ?? []).join('\r\n');

it('the sample contains every special character', () => {
  expect(base64).toMatch(/\+.*\/.*=$/s);
});

describe('decodes one message in all its forms:', () => {
  it.each([
    ['percent-encoded (certmonger)', encodeURIComponent(base64)],
    ['as it is (macOS, jscep)', base64],
    ["only '=' escaped (macOS)", base64.replaceAll('=', '%3D')],
    ["only '+' escaped (strongSwan)", base64.replaceAll('+', '%2B')],
    ['lines ended by %0A (sscep, Cisco)', wrapped.replaceAll('\n', '%0A').replaceAll('+', '%2B')],
    ['lines ended by %0D%0A', encodeURIComponent(lines)],
    ['lines ended by themselves', wrapped],
    ["'+' made a space by a proxy", base64.replaceAll('+', ' ')],
    ["'+' made %20", base64.replaceAll('+', '%20')],
    ['base64url (scepclient)', bytes.toString('base64url')],
    ['base64url with padding', base64.replaceAll('+', '-').replaceAll('/', '_')],
    ['no padding', base64.replace(/=+$/, '')],
    ['too much padding', `${base64}==`],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(base64))],
    ['tabs in front of the lines', wrapped.replaceAll('\n', '%0A%09')],
  ])('%s', (_, message) => {
    expect(decodeGetMessage(message)).toEqual(bytes);
  });
});

it.each([
  ['nothing', ''],
  ['only padding', '=='],
  ['one character', 'A'],
  ['five characters', 'AAAAA'],
  ['padding within', 'AA==AA'],
  ['a bad escape', 'AAAA%'],
  ['a bad escape', 'AAAA%GG'],
  ['an escape that is no UTF-8', 'AAAA%FF'],
  ['a bad escape within an escape', 'AAAA%2525'],
  ['a zero octet', 'AAAA%00'],
  ['a character outside ASCII', 'AAAä'],
  ['an angle bracket', '<AAA'],
  ['a comma', 'AAA,'],
])('refuses %s', (_, message) => {
  expect(() => decodeGetMessage(message)).toThrow(DecodeError);
});
