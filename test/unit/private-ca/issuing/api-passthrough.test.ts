import { describe, expect, it } from 'vitest';
import { encodePem } from '../../../../src/asn1/pem.ts';
import { validateInput } from '../../../../src/aws-wire/validate-input.ts';
import { readApiPassthrough } from '../../../../src/private-ca/issuing/api-passthrough.ts';
import {
  type ApiPassthrough,
  apiPassthroughSchema,
} from '../../../../src/private-ca/model/api-passthrough-schema.ts';
import { derAsn1Subject } from '../../../../src/private-ca/model/asn1-subject.ts';
import { formatName } from '../../../../src/x509/distinguished-name.ts';
import { runOpenssl } from '../../../support/clients/run-openssl.ts';
import { sampleCertificate } from '../../../support/keys/sample-certificate.ts';
import { ecKeyPair } from '../../../support/keys/sample-keys.ts';

const keys = ecKeyPair();

function read(passthrough: object) {
  return readApiPassthrough(validateInput(apiPassthroughSchema, passthrough));
}

function readExtensions(extensions: object) {
  return read({ Extensions: extensions }).extensions;
}

/** What OpenSSL prints of the extensions, without its indentation. */
function opensslText(extensions: object): string[] {
  const certificate = sampleCertificate(keys, { extensions: readExtensions(extensions) });
  const pem = Buffer.from(encodePem('CERTIFICATE', certificate));
  const text = runOpenssl(['x509', '-noout', '-text'], pem).toString('utf8');
  const [, found = ''] = /X509v3 extensions:\n([\s\S]*?) {4}Signature Algorithm/.exec(text) ?? [];
  return found
    .trim()
    .split('\n')
    .map((line) => line.trim());
}

const names = (...options: object[]) => ({ SubjectAlternativeNames: options });
const custom = (ObjectIdentifier: string, Value: string, more: object = {}) => ({
  CustomExtensions: [{ ObjectIdentifier, Value, ...more }],
});

describe('SubjectAlternativeNames', () => {
  it.each<[object, string]>([
    [{ Rfc822Name: 'a@example.com' }, 'email:a@example.com'],
    [{ DnsName: '*.example.com' }, 'DNS:*.example.com'],
    [{ UniformResourceIdentifier: 'urn:x:1' }, 'URI:urn:x:1'],
    [{ IpAddress: '192.0.2.1' }, 'IP Address:192.0.2.1'],
    [{ IpAddress: '2001:db8::1' }, 'IP Address:2001:DB8:0:0:0:0:0:1'],
    [{ RegisteredId: '1.2.3.4' }, 'Registered ID:1.2.3.4'],
    [{ DirectoryName: { CommonName: 'x', Country: 'US' } }, 'DirName:/C=US/CN=x'],
    [
      { OtherName: { TypeId: '1.3.6.1.4.1.311.20.2.3', Value: 'user@example.com' } },
      'othername: UPN::user@example.com',
    ],
    [{ OtherName: { TypeId: '1.2.3', Value: 'text' } }, 'othername: 1.2.3::text'],
    [{ EdiPartyName: { PartyName: 'party', NameAssigner: 'me' } }, 'EdiPartyName:<unsupported>'],
  ])('encodes %j as OpenSSL reads it', (option, text) => {
    expect(opensslText(names(option))).toEqual(['X509v3 Subject Alternative Name:', text]);
  });

  it('encodes an EdiPartyName by RFC 5280', () => {
    const [extension] = readExtensions(
      names({ EdiPartyName: { PartyName: 'party', NameAssigner: 'me' } }),
    );
    const value = Buffer.from(extension?.value ?? []).toString('hex');
    expect(value).toBe('3011a50fa0040c026d65a1070c057061727479');
  });

  it.each([
    [{}],
    [{ DnsName: 'a', IpAddress: '192.0.2.1' }],
    [{ DnsName: '' }],
    [{ DnsName: 'münchen.example' }],
    [{ Rfc822Name: 'a\n@example.com' }],
    [{ IpAddress: '192.0.2.0/24' }],
    [{ IpAddress: 'fe80::1%eth0' }],
    [{ RegisteredId: '0.01' }],
    [{ OtherName: { TypeId: '1.2.03', Value: 'x' } }],
    [{ EdiPartyName: { PartyName: '' } }],
    [{ DirectoryName: {} }],
    [{ DirectoryName: { CommonName: '' } }],
    [
      {
        DirectoryName: {
          CommonName: 'x',
          CustomAttributes: [{ ObjectIdentifier: '1.2', Value: 'y' }],
        },
      },
    ],
  ])('refuses %j with InvalidArgsException', (option) => {
    expect(() => readExtensions(names(option))).toThrow(
      expect.objectContaining({ code: 'InvalidArgsException' }),
    );
  });
});

describe('the other extensions', () => {
  it('encode every key usage', () => {
    const KeyUsage = Object.fromEntries(
      [
        ...['DigitalSignature', 'NonRepudiation', 'KeyEncipherment', 'DataEncipherment'],
        ...['KeyAgreement', 'KeyCertSign', 'CRLSign', 'EncipherOnly', 'DecipherOnly'],
      ].map((flag) => [flag, true]),
    );
    expect(opensslText({ KeyUsage })).toEqual([
      'X509v3 Key Usage: critical',
      'Digital Signature, Non Repudiation, Key Encipherment, Data Encipherment, Key Agreement, Certificate Sign, CRL Sign, Encipher Only, Decipher Only',
    ]);
  });

  it('encode every type of extended key usage, and others by their object identifiers', () => {
    const types = [
      ...['SERVER_AUTH', 'CLIENT_AUTH', 'CODE_SIGNING', 'EMAIL_PROTECTION', 'TIME_STAMPING'],
      ...['OCSP_SIGNING', 'SMART_CARD_LOGIN', 'DOCUMENT_SIGNING', 'CERTIFICATE_TRANSPARENCY'],
    ];
    const ExtendedKeyUsage = [
      ...types.map((type) => ({ ExtendedKeyUsageType: type })),
      { ExtendedKeyUsageObjectIdentifier: '1.2.3.4' },
    ];
    const [title, purposes = ''] = opensslText({ ExtendedKeyUsage });
    expect(title).toBe('X509v3 Extended Key Usage:');
    expect(purposes.split(', ')).toEqual([
      ...['TLS Web Server Authentication', 'TLS Web Client Authentication', 'Code Signing'],
      ...['E-mail Protection', 'Time Stamping', 'OCSP Signing', 'Microsoft Smartcard Login'],
      ...['1.3.6.1.4.1.311.10.3.12', 'CT Precertificate Signer', '1.2.3.4'],
    ]);
  });

  it('encode policies with pointers to practice statements', () => {
    const CertificatePolicies = [
      {
        CertPolicyId: '1.2.3.4',
        PolicyQualifiers: [
          { PolicyQualifierId: 'CPS', Qualifier: { CpsUri: 'https://example.com/cps' } },
        ],
      },
      { CertPolicyId: '1.2.3.5' },
    ];
    expect(opensslText({ CertificatePolicies })).toEqual([
      'X509v3 Certificate Policies:',
      'Policy: 1.2.3.4',
      'CPS: https://example.com/cps',
      'Policy: 1.2.3.5',
    ]);
  });

  it('pass custom extensions unchanged', () => {
    const extensions = readExtensions(custom('1.2.3.4', 'BQA=', { Critical: true }));
    const value = Buffer.from('0500', 'hex');
    expect(extensions).toEqual([{ oid: '1.2.3.4', critical: true, value }]);
    expect(readExtensions(custom('1.2.3.4', 'BQA='))[0]?.critical).toBe(false);
  });

  it.each<[string, object]>([
    ['nothing as key usage', { KeyUsage: { DigitalSignature: false } }],
    ['neither type nor identifier', { ExtendedKeyUsage: [{}] }],
    [
      'type and identifier',
      {
        ExtendedKeyUsage: [
          { ExtendedKeyUsageType: 'SERVER_AUTH', ExtendedKeyUsageObjectIdentifier: '1.2.3' },
        ],
      },
    ],
    ['a policy twice', { CertificatePolicies: [{ CertPolicyId: '1.2' }, { CertPolicyId: '1.2' }] }],
    [
      'more custom extensions than a certificate can hold',
      {
        CustomExtensions: Array.from({ length: 22 }, (_, i) => {
          const Value = Buffer.from(`30820bf8${'0500'.repeat(1_532)}`, 'hex').toString('base64');
          return { ObjectIdentifier: `1.2.3.${i}`, Value };
        }),
      },
    ],
    ['bytes that are not DER', custom('1.2.3', 'AAA=')],
    ['two elements', custom('1.2.3', 'BQAFAA==')],
    ['a length that is not minimal', custom('1.2.3', 'BYEA')],
    ['an object identifier that has no encoding', custom('1.2.03', 'BQA=')],
    [
      'a custom extension twice',
      {
        CustomExtensions: [
          { ObjectIdentifier: '1.2.3', Value: 'BQA=' },
          { ObjectIdentifier: '1.2.3', Value: 'BQA=' },
        ],
      },
    ],
    [
      'a custom extension that has a member of its own too',
      { ...names({ DnsName: 'x' }), ...custom('2.5.29.17', 'BQA=') },
    ],
  ])('refuses %s with InvalidArgsException', (_, extensions) => {
    expect(() => readExtensions(extensions)).toThrow(
      expect.objectContaining({ code: 'InvalidArgsException' }),
    );
  });

  const longList = (length: number, item: object) => Array.from({ length }, () => item);
  it.each<[object]>([
    [{ KeyUsage: { DigitalSignature: 'yes' } }],
    [{ ExtendedKeyUsage: [] }],
    [{ ExtendedKeyUsage: longList(21, { ExtendedKeyUsageType: 'SERVER_AUTH' }) }],
    [{ ExtendedKeyUsage: [{ ExtendedKeyUsageType: 'ANY' }] }],
    [{ ExtendedKeyUsage: [{ ExtendedKeyUsageObjectIdentifier: '1.2.3\n' }] }],
    [{ CertificatePolicies: [] }],
    [{ CertificatePolicies: [{ CertPolicyId: '3.2' }] }],
    [{ CertificatePolicies: [{ CertPolicyId: '1.2', PolicyQualifiers: [] }] }],
    [{ SubjectAlternativeNames: longList(151, { DnsName: 'x' }) }],
    [names({ DnsName: 'x'.repeat(254) })],
    [names({ IpAddress: '0'.repeat(40) })],
    [{ CustomExtensions: [] }],
    [custom('1.2.3', 'BQA')],
    [custom('1.2.3', 'A'.repeat(4_100))],
  ])('refuses %j with ValidationException', (extensions) => {
    expect(() => readExtensions(extensions)).toThrow(
      expect.objectContaining({ code: 'ValidationException' }),
    );
  });

  it('ignore members that the model does not have', () => {
    expect(read({ Unknown: 1, Extensions: { Unknown: [] } })).toEqual({
      subject: undefined,
      extensions: [],
    });
  });
});

describe('Subject', () => {
  const subject = (Subject: ApiPassthrough['Subject']) => {
    const { subject: der } = read({ Subject });
    return der && formatName(der);
  };

  it('is encoded in the order of AWS', () => {
    const all = {
      ...{
        GenerationQualifier: 'III',
        Pseudonym: 'p',
        Initials: 'i',
        GivenName: 'g',
        Surname: 's',
      },
      ...{ Title: 't', Locality: 'l', SerialNumber: '1', CommonName: 'cn', State: 'st' },
      ...{ DistinguishedNameQualifier: 'q', OrganizationalUnit: 'ou', Organization: 'o' },
      Country: 'US',
    };
    expect(subject(all)?.split(',').toReversed()).toEqual([
      ...['C=US', 'O=o', 'OU=ou', 'dnQualifier=q', 'ST=st', 'CN=cn', 'serialNumber=1', 'L=l'],
      ...['title=t', 'SN=s', 'GN=g', 'initials=i', 'pseudonym=p', 'generationQualifier=III'],
    ]);
  });

  it('has up to 150 custom attributes in their order', () => {
    const attributes = Array.from({ length: 150 }, (_, i) => {
      return { ObjectIdentifier: `1.2.3.${i}`, Value: `${i}` };
    });
    const parts = subject({ CustomAttributes: attributes })?.split(',') ?? [];
    expect(parts).toHaveLength(150);
    expect(parts.at(-1)).toBe('1.2.3.0=#0c0130');
  });

  it('encodes a custom attribute in the string type that its attribute type requires', () => {
    const CustomAttributes = [{ ObjectIdentifier: '2.5.4.6', Value: 'DE' }];
    expect(Buffer.from(derAsn1Subject({ CustomAttributes })).toString('hex')).toContain('13024445');
  });

  it.each([
    [{}],
    [{ CommonName: '' }],
    [{ CommonName: 'x', CustomAttributes: [{ ObjectIdentifier: '1.2.3', Value: 'y' }] }],
    [{ CustomAttributes: [{ ObjectIdentifier: '2.5.4.6', Value: 'Übersee' }] }],
    [{ CustomAttributes: [{ ObjectIdentifier: '1.2.03', Value: 'x' }] }],
  ])('refuses %j with InvalidArgsException', (Subject) => {
    expect(() => subject(Subject)).toThrow(
      expect.objectContaining({ code: 'InvalidArgsException' }),
    );
  });
});
