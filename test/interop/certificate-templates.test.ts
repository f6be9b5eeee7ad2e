import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { OID } from '../../src/asn1/object-identifiers.ts';
import {
  derContext,
  derContextPrimitive,
  derIa5String,
  derSequence,
} from '../../src/asn1/write-der.ts';
import { TEMPLATES, templateArnOf } from '../../src/private-ca/issuing/templates.ts';
import { parseBasicConstraints } from '../../src/x509/basic-constraints.ts';
import { certificatePoliciesExtension } from '../../src/x509/certificate-policies.ts';
import { formatName } from '../../src/x509/distinguished-name.ts';
import { extendedKeyUsageExtension } from '../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../src/x509/extensions.ts';
import { derGeneralNames } from '../../src/x509/general-names.ts';
import { keyUsageExtension, parseKeyUsage } from '../../src/x509/key-usage.ts';
import type { Certificate } from '../../src/x509/parse-certificate.ts';
import { findPython } from '../support/clients/find-python.ts';
import { verifyChain } from '../support/clients/openssl.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { runOpenssl } from '../support/clients/run-openssl.ts';
import { ecKeyPair } from '../support/keys/sample-keys.ts';
import {
  activateTestRoot,
  csrBlob,
  type Issued,
  issueFrom,
  ownCsrBlob,
} from '../support/servers/issuing-ca.ts';
import { openTestPrivateCa } from '../support/servers/open-test-private-ca.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const python = findPython('cryptography');
const script = new URL('read-certificates.py', import.meta.url).pathname;
const ca = openTestPrivateCa();
const keys = ecKeyPair();
const issued = new Map<string, Issued>();

/** The extensions that a request asks for, one of each kind that a template may pass through. */
function requested(isAuthority: boolean): readonly Extension[] {
  const point = derContextPrimitive(6, Buffer.from('http://crl.example/1.crl'));
  return [
    keyUsageExtension(isAuthority ? ['keyCertSign', 'cRLSign'] : ['digitalSignature']),
    extendedKeyUsageExtension([OID.clientAuth]),
    plain(OID.subjectAltName, derGeneralNames([{ kind: 'dNSName', value: 'csr.example' }])),
    plain(OID.cRLDistributionPoints, derSequence(derSequence(derContext(0, derContext(0, point))))),
    certificatePoliciesExtension([{ oid: '1.2.3.4', cpsUris: ['https://example.com/cps'] }]),
    plain('1.2.3.5', derIa5String('csr')),
  ];
}

function plain(oid: string, value: Uint8Array): Extension {
  return { oid, critical: false, value };
}

function apiPassthrough(isAuthority: boolean): object {
  return {
    Subject: { Country: 'DE', Organization: 'Müller & Söhne, Ltd', CommonName: 'api' },
    Extensions: {
      KeyUsage: isAuthority ? { KeyCertSign: true } : { DigitalSignature: true },
      ExtendedKeyUsage: [{ ExtendedKeyUsageType: 'EMAIL_PROTECTION' }],
      CertificatePolicies: [{ CertPolicyId: '1.2.3.6' }],
      SubjectAlternativeNames: [
        { DnsName: 'api.example' },
        { Rfc822Name: 'a@api.example' },
        { IpAddress: '2001:db8::1' },
        { UniformResourceIdentifier: 'https://api.example/' },
        { RegisteredId: '1.2.3.7' },
        { DirectoryName: { CommonName: 'directory' } },
        { OtherName: { TypeId: '1.3.6.1.4.1.311.20.2.3', Value: 'user@api.example' } },
      ],
      CustomExtensions: [
        {
          ObjectIdentifier: '1.2.3.8',
          Value: Buffer.from(derIa5String('api')).toString('base64'),
        },
      ],
    },
  };
}

beforeAll(async () => {
  const root = await activateTestRoot(ca);
  for (const { name } of TEMPLATES) {
    const isAuthority = name.includes('CACertificate');
    const fields = { name: 'CN=csr,O=Lab', extensions: requested(isAuthority) };
    const isRoot = name.includes('RootCA');
    const certificate = await issueFrom(ca, root, {
      Csr: isRoot ? await ownCsrBlob(ca, root, fields) : csrBlob(keys, fields),
      TemplateArn: templateArnOf(name),
      ApiPassthrough: apiPassthrough(isAuthority),
    });
    issued.set(name, certificate);
  }
});

function extensionValue({ extensions }: Certificate, oid: string): Uint8Array {
  return extensions.find((each) => each.oid === oid)?.value ?? Buffer.alloc(0);
}

describe('a certificate of each of the 61 templates', () => {
  it('is read by OpenSSL and meets its strict rules', async () => {
    expect(issued.size).toBe(61);
    const directory = tempDirectory();
    for (const [name, { pem, chain }] of issued) {
      expect(runOpenssl(['x509', '-noout', '-text'], Buffer.from(pem)).length).toBeGreaterThan(0);
      const [anchor, certificate] = ['anchor.pem', 'certificate.pem'].map((file) =>
        path.join(directory, file),
      ) as [string, string];
      writeFileSync(anchor, chain ?? pem);
      writeFileSync(certificate, pem);
      expect([name, await verifyChain(certificate, anchor)]).toEqual([name, `${certificate}: OK`]);
    }
  });

  it.runIf(python !== undefined)(
    'has the same content for pyca/cryptography as for us',
    async () => {
      const input = [...issued.values()].map(({ pem }) => pem).join('\n');
      const { code, stdout, stderr } = await runCommand(python ?? '', [script], { input });
      expect([code, stderr]).toEqual([0, '']);
      const expected = [...issued.values()].map(({ certificate }) => {
        const { ca: isCa, pathLength } = parseBasicConstraints(
          extensionValue(certificate, OID.basicConstraints),
        );
        const [constraints] = certificate.extensions;
        return {
          version: 'v3',
          serial: Buffer.from(certificate.serialNumber).toString('hex').replace(/^0+/, ''),
          subject: formatName(certificate.subject),
          issuer: formatName(certificate.issuer),
          constraints: [constraints?.critical, isCa, pathLength ?? null],
          keyUsage: parseKeyUsage(extensionValue(certificate, OID.keyUsage)),
          extensions: certificate.extensions.map(({ oid, critical }) => [oid, critical]),
        };
      });
      expect(JSON.parse(stdout)).toEqual(expected);
    },
  );
});
