import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { encodePem } from '../../../src/asn1/pem.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import {
  basicConstraintsExtension,
  parseBasicConstraints,
} from '../../../src/x509/basic-constraints.ts';
import {
  extendedKeyUsageExtension,
  parseExtendedKeyUsage,
} from '../../../src/x509/extended-key-usage.ts';
import { derExtensions, readExtensions } from '../../../src/x509/extensions.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifierOf,
  parseAuthorityKeyIdentifier,
  parseSubjectKeyIdentifier,
  subjectKeyIdentifierExtension,
} from '../../../src/x509/key-identifier.ts';
import { KEY_USAGES, keyUsageExtension, parseKeyUsage } from '../../../src/x509/key-usage.ts';
import { runOrThrow } from '../../support/clients/run-command.ts';
import { sampleCertificate } from '../../support/keys/sample-certificate.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('basicConstraints', () => {
  it.each([
    [{ ca: false }, '3000'],
    [{ ca: true }, '30030101ff'],
    [{ ca: true, pathLength: 0 }, '30060101ff020100'],
    [{ ca: true, pathLength: 3 }, '30060101ff020103'],
  ])('writes and reads %j', (constraints, expected) => {
    const { value } = basicConstraintsExtension(constraints, true);
    expect(Buffer.from(value).toString('hex')).toBe(expected);
    expect(parseBasicConstraints(value)).toEqual({ pathLength: undefined, ...constraints });
  });

  it('reads an explicit FALSE, which DER forbids', () => {
    expect(parseBasicConstraints(hex('3003010100'))).toEqual({ ca: false, pathLength: undefined });
  });

  it.each([
    '0500',
    '3003020101',
    '30060101ff0201ff',
    '30060201000101ff',
    '30070101ff02020100',
    '3106',
  ])('refuses %s', (text) => {
    expect(() => parseBasicConstraints(hex(text))).toThrow(DecodeError);
  });
});

describe('keyUsage', () => {
  it('writes and reads every set of usages', () => {
    fc.assert(
      fc.property(fc.subarray([...KEY_USAGES]), (usages) => {
        expect(parseKeyUsage(keyUsageExtension(usages).value)).toEqual(usages);
      }),
    );
  });

  it.each([
    [['digitalSignature', 'keyEncipherment'], '030205a0'],
    [['digitalSignature', 'keyCertSign', 'cRLSign'], '03020186'],
    [['decipherOnly'], '0303070080'],
    [[], '030100'],
  ] as const)('writes %j as DER', (usages, expected) => {
    const extension = keyUsageExtension(usages);
    expect(Buffer.from(extension.value).toString('hex')).toBe(expected);
    expect(extension.critical).toBe(true);
  });

  it('reads trailing zero bits', () => {
    expect(parseKeyUsage(hex('030200a0'))).toEqual(['digitalSignature', 'keyEncipherment']);
  });

  it.each(['0300', '030208a0', '030205a1', '030307ffff', '03040700ffff', '0402a000', '030107'])(
    'refuses %s',
    (text) => {
      expect(() => parseKeyUsage(hex(text))).toThrow(DecodeError);
    },
  );
});

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
