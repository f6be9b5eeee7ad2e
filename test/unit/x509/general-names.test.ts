import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { encodePem } from '../../../src/asn1/pem.ts';
import {
  derContext,
  derContextPrimitive,
  derNull,
  derOid,
  derSequence,
  derUtf8String,
} from '../../../src/asn1/write-der.ts';
import { derName } from '../../../src/x509/distinguished-name.ts';
import {
  derGeneralNames,
  type GeneralName,
  parseGeneralNames,
} from '../../../src/x509/general-names.ts';
import { extensionValues } from '../../support/clients/openssl.ts';
import { sampleCertificate } from '../../support/keys/sample-certificate.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const everyKind: readonly GeneralName[] = [
  { kind: 'dNSName', value: 'device.example' },
  { kind: 'rfc822Name', value: 'a@b.example' },
  { kind: 'uniformResourceIdentifier', value: 'urn:uuid:1' },
  { kind: 'iPAddress', value: '192.0.2.1' },
  { kind: 'iPAddress', value: '2001:db8::1' },
  { kind: 'registeredID', value: '1.2.3.4' },
  { kind: 'userPrincipalName', value: 'zo\u00eb@corp.example' },
  { kind: 'otherName', typeId: '1.2.3.4', value: derNull() },
  { kind: 'directoryName', value: derName([{ oid: OID.commonName, value: 'x' }]) },
  { kind: 'x400Address', value: derContext(3, derSequence()) },
  { kind: 'ediPartyName', value: derContext(5, derContext(1, derUtf8String('x'))) },
];

describe('general names', () => {
  it('are read and written for every kind', () => {
    expect(parseGeneralNames(derGeneralNames(everyKind))).toEqual(everyKind);
  });

  it('are read back for any textual name', () => {
    const printable = fc.string({ unit: fc.constantFrom(...'abc.*@:/ ~'), minLength: 1 });
    const kind = fc.constantFrom('dNSName', 'rfc822Name', 'uniformResourceIdentifier');
    const names = fc.array(fc.record({ kind, value: printable }), { minLength: 1, maxLength: 150 });
    fc.assert(
      fc.property(names, (some) => {
        expect(parseGeneralNames(derGeneralNames(some))).toEqual(some);
      }),
      { numRuns: 30 },
    );
  });

  it('are written so that OpenSSL reads them', async () => {
    const names = everyKind.filter(({ kind }) => !['x400Address', 'ediPartyName'].includes(kind));
    const san = { oid: OID.subjectAltName, critical: false, value: derGeneralNames(names) };
    const file = path.join(tempDirectory(), 'named.pem');
    writeFileSync(
      file,
      encodePem('CERTIFICATE', sampleCertificate(ecKeyPair(), { extensions: [san] })),
    );
    const values = await extensionValues(file, 'subjectAltName');
    expect(values).toEqual([
      'DNS:device.example',
      'email:a@b.example',
      'URI:urn:uuid:1',
      'IP Address:192.0.2.1',
      'IP Address:2001:DB8:0:0:0:0:0:1',
      'Registered ID:1.2.3.4',
      expect.stringContaining('othername: UPN'),
      expect.stringContaining('othername'),
      'DirName:/CN=x',
    ]);
  });

  it.each([
    ['none', derSequence()],
    ['151', derGeneralNames(Array.from({ length: 151 }, () => ({ kind: 'dNSName', value: 'a' })))],
    ['a NUL in a dNSName', derSequence(derContextPrimitive(2, Buffer.from('a\0.example')))],
    ['a newline in a URI', derSequence(derContextPrimitive(6, Buffer.from('urn:a\n')))],
    ['8 bits in an rfc822Name', derSequence(derContextPrimitive(1, Buffer.from('zo\u00eb')))],
    ['an empty dNSName', derSequence(derContextPrimitive(2, Buffer.alloc(0)))],
    ['a constructed dNSName', derSequence(derContext(2, derNull()))],
    ['an address of 8 octets', derSequence(derContextPrimitive(7, Buffer.alloc(8)))],
    [
      'a UPN that is no string',
      derSequence(derContext(0, derOid(OID.userPrincipalName), derContext(0, derNull()))),
    ],
    [
      'a UPN with a newline',
      derSequence(
        derContext(0, derOid(OID.userPrincipalName), derContext(0, derUtf8String('a\nb'))),
      ),
    ],
    ['an otherName without a value', derSequence(derContext(0, derOid('1.2.3')))],
    [
      'an otherName with two values',
      derSequence(derContext(0, derOid('1.2.3'), derContext(0, derNull(), derNull()))),
    ],
    ['a directoryName that is no name', derSequence(derContext(4, derNull()))],
    ['an unknown kind', derSequence(derContext(9, derNull()))],
    ['a universal type', derSequence(derUtf8String('a'))],
    ['another structure', derUtf8String('a')],
  ])('are refused with %s', (_, der) => {
    expect(() => parseGeneralNames(der)).toThrow(DecodeError);
  });

  it.each<GeneralName>([
    { kind: 'dNSName', value: 'm\u00fcnchen.example' },
    { kind: 'dNSName', value: '' },
    { kind: 'iPAddress', value: '1.2.3' },
  ])('are not written with %j', (name) => {
    expect(() => derGeneralNames([name])).toThrow(RangeError);
  });
});
