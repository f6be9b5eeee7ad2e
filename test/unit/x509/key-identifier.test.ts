import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { encodePem } from '../../../src/asn1/pem.ts';
import { basicConstraintsExtension } from '../../../src/x509/basic-constraints.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifierOf,
  parseAuthorityKeyIdentifier,
  parseSubjectKeyIdentifier,
  subjectKeyIdentifierExtension,
} from '../../../src/x509/key-identifier.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import { runOrThrow } from '../../support/clients/run-command.ts';
import { sampleCertificate } from '../../support/keys/sample-certificate.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('key identifiers', () => {
  const keys = ecKeyPair();

  it('are what OpenSSL computes', async () => {
    const identifier = keyIdentifierOf(keys.spki);
    const file = path.join(tempDirectory(), 'identified.pem');
    const extensions = [
      subjectKeyIdentifierExtension(identifier),
      authorityKeyIdentifierExtension(identifier),
      basicConstraintsExtension({ ca: true }, true),
      keyUsageExtension(['keyCertSign']),
    ];
    writeFileSync(file, encodePem('CERTIFICATE', sampleCertificate(keys, { extensions })));
    const { stdout } = await runOrThrow('openssl', [
      'x509',
      '-in',
      file,
      '-noout',
      '-ext',
      'subjectKeyIdentifier,authorityKeyIdentifier',
    ]);
    const colons = Buffer.from(identifier).toString('hex').toUpperCase().match(/../g)?.join(':');
    expect(stdout.match(/[0-9A-F:]{59}/g)).toEqual([colons, colons]);
    await runOrThrow('openssl', ['verify', '-x509_strict', '-CAfile', file, file]);
  });

  it('are read back', () => {
    const identifier = keyIdentifierOf(keys.spki);
    expect(parseSubjectKeyIdentifier(subjectKeyIdentifierExtension(identifier).value)).toEqual(
      identifier,
    );
    expect(parseAuthorityKeyIdentifier(authorityKeyIdentifierExtension(identifier).value)).toEqual(
      identifier,
    );
    expect(parseAuthorityKeyIdentifier(hex('3000'))).toBeUndefined();
  });

  it.each(['0400', '0500', '30020401'])('refuses %s as a subject key identifier', (text) => {
    expect(() => parseSubjectKeyIdentifier(hex(text))).toThrow(DecodeError);
  });

  it.each(['0500', '30020400', '3002830100'])(
    'refuses %s as an authority key identifier',
    (text) => {
      expect(() => parseAuthorityKeyIdentifier(hex(text))).toThrow(DecodeError);
    },
  );
});
