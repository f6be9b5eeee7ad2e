import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { decodePem, encodePem } from '../../../src/asn1/pem.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { goldenIdentity } from '../../support/scep-messages/golden-identity.ts';

const { certificateFile } = goldenIdentity('ra');
const pem = readFileSync(certificateFile, 'utf8');
const der = runOpenssl(['x509', '-in', certificateFile, '-outform', 'DER']);

it('encodePem writes the same text as openssl', () => {
  expect(encodePem('CERTIFICATE', der)).toBe(pem);
});

describe('decodePem', () => {
  it('reads the output of openssl', () => {
    expect(decodePem('CERTIFICATE', pem)).toEqual([der]);
  });

  it('reads every object of the label in order and ignores the text around them', () => {
    const text = `subject=x\n${encodePem('A', Buffer.of(1))}${pem}\n\n${encodePem('A', Buffer.of(2))}`;
    expect(decodePem('A', text)).toEqual([Buffer.of(1), Buffer.of(2)]);
    expect(decodePem('B', text)).toEqual([]);
  });

  it('reads lines that end in CR LF', () => {
    expect(decodePem('CERTIFICATE', pem.replaceAll('\n', '\r\n'))).toEqual([der]);
  });

  it.each(['', '!!!!', 'QUJD*', 'QUJDRA==='])('refuses %j as base64', (body) => {
    const text = `-----BEGIN A-----\n${body}\n-----END A-----\n`;
    expect(() => decodePem('A', text)).toThrow(DecodeError);
  });
});
