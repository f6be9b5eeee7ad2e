import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { decodePem, encodePem } from '../../../src/asn1/pem.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import { derOid, derPrintableString, derSequence, derSet } from '../../../src/asn1/write-der.ts';
import { DAY_MS } from '../../../src/durations.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { findByKey } from '../../../src/private-ca/authority/issuer-keys.ts';
import { currentCrl } from '../../../src/private-ca/crl/crls.ts';
import {
  type ForeignAuthority,
  importAuthority,
} from '../../../src/private-ca/import-authority.ts';
import { templateArnOf } from '../../../src/private-ca/issuing/templates.ts';
import { openExportableKey } from '../../../src/private-ca/open-exportable-key.ts';
import type { PrivateCa } from '../../../src/private-ca/private-ca.ts';
import { authorityPartition } from '../../../src/private-ca/records/authority-record.ts';
import { markCrlStale } from '../../../src/private-ca/revocation/revocation-record.ts';
import { derSigned } from '../../../src/x509/build-certificate.ts';
import { derRevokedCertificate, derTbsCertList } from '../../../src/x509/build-crl.ts';
import { derOcspRequest, ocspQuestion } from '../../../src/x509/build-ocsp-request.ts';
import { extensionValue } from '../../../src/x509/extensions.ts';
import { digestOfKey } from '../../../src/x509/key-identifier.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { type Crl, parseCrl } from '../../../src/x509/parse-crl.ts';
import { parseOcspResponse } from '../../../src/x509/parse-ocsp-response.ts';
import { createSigner } from '../../../src/x509/signing-algorithm.ts';
import { verifyChain } from '../../support/clients/openssl.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import { certifyTestRoot, csrBlob, issueFrom } from '../../support/servers/issuing-ca.ts';
import { openTestPrivateCa } from '../../support/servers/open-test-private-ca.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const AUTHORITY = [
  ...['-addext', 'basicConstraints=critical,CA:TRUE'],
  ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
];
const P256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

/** A self-signed certificate from OpenSSL, which adds basicConstraints only when configured. */
function selfSigned(
  subject: string,
  { key = P256, extensions = AUTHORITY, days = '300' } = {},
): ForeignAuthority {
  const directory = tempDirectory();
  const file = (name: string) => path.join(directory, name);
  writeFileSync(file('cnf'), '[req]\ndistinguished_name=n\n[n]\n');
  runOpenssl([
    ...['req', '-x509', '-config', file('cnf'), '-newkey', ...key, '-nodes', '-utf8'],
    ...['-keyout', file('key'), '-subj', subject, '-days', days, ...extensions],
    ...['-out', file('pem')],
  ]);
  const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE', readFileSync(file('pem'), 'latin1'));
  return {
    privateKey: createPrivateKey(readFileSync(file('key'))),
    certificate: parseCertificate(der),
    chain: [],
  };
}

function subjectDer(pem: string): Buffer {
  const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE', pem);
  return Buffer.from(parseCertificate(der).subject);
}

const MAX_CRL_NUMBER = 2n ** 159n - 2n ** 64n;

/** The last CRL of a foreign authority, as another program signs it. */
function crlOf(
  { privateKey, certificate }: ForeignAuthority,
  fields: Partial<Parameters<typeof derTbsCertList>[0]>,
): Crl {
  const signingAlgorithm = 'SHA256WITHECDSA';
  const tbs = derTbsCertList({
    ...{ signingAlgorithm, issuer: certificate.subject, issuerKeyIdentifier: Buffer.alloc(20, 1) },
    ...{ thisUpdate: new Date(), nextUpdate: new Date(Date.now() + DAY_MS) },
    ...{ crlNumber: 7, revoked: [] },
    ...fields,
  });
  const signature = createSigner(privateKey, signingAlgorithm)(tbs);
  return parseCrl(derSigned(tbs, signingAlgorithm, signature));
}

async function markStale(ca: PrivateCa, arn: string): Promise<void> {
  const partition = authorityPartition(arn.slice(-36));
  await ca.store.commit(partition, [markCrlStale(ca.clock())]);
}

describe('importAuthority', () => {
  it.each([
    [
      'with the attributes of AWS',
      '/C=DE/O=Lab/CN=Root',
      { Country: 'DE', Organization: 'Lab', CommonName: 'Root' },
    ],
    [
      'in another order',
      '/CN=Root/O=Lab',
      {
        CustomAttributes: [
          { ObjectIdentifier: '2.5.4.3', Value: 'Root' },
          { ObjectIdentifier: '2.5.4.10', Value: 'Lab' },
        ],
      },
    ],
    [
      'with types that AWS lacks',
      '/DC=example/CN=Root',
      {
        CustomAttributes: [
          { ObjectIdentifier: '0.9.2342.19200300.100.1.25', Value: 'example' },
          { ObjectIdentifier: '2.5.4.3', Value: 'Root' },
        ],
      },
    ],
  ])('shows a name %s, and keeps every byte of it in a renewal', async (_, name, shown) => {
    const ca = openTestPrivateCa();
    const foreign = selfSigned(name);
    const { arn, isNew } = await importAuthority(ca, foreign);
    expect(isNew).toBe(true);
    const own = { CertificateAuthorityArn: arn };
    const { CertificateAuthority } = await ACTIONS.DescribeCertificateAuthority(ca, own);
    expect(CertificateAuthority).toMatchObject({
      ...{ Status: 'ACTIVE', Type: 'ROOT', Arn: arn },
      CertificateAuthorityConfiguration: { Subject: shown, KeyAlgorithm: 'EC_prime256v1' },
    });
    const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, own);
    const { CertificateArn } = await ACTIONS.IssueCertificate(ca, {
      ...{ ...own, Csr: Buffer.from(Csr), SigningAlgorithm: 'SHA256WITHECDSA' },
      Validity: { Type: 'DAYS', Value: 900 },
      TemplateArn: templateArnOf('RootCACertificate/V1'),
    });
    const { Certificate } = await ACTIONS.GetCertificate(ca, { ...own, CertificateArn });
    expect(subjectDer(Certificate)).toEqual(Buffer.from(foreign.certificate.subject));
    await ACTIONS.ImportCertificateAuthorityCertificate(ca, {
      ...{ ...own, Certificate: Buffer.from(Certificate) },
    });
  });

  it('does nothing the second time, and exports the same key', async () => {
    const ca = openTestPrivateCa();
    const foreign = selfSigned('/CN=Twice');
    const first = await importAuthority(ca, foreign);
    expect(await importAuthority(ca, foreign)).toEqual({ arn: first.arn, isNew: false });
    expect((await openExportableKey(ca, first.arn)).equals(foreign.privateKey)).toBe(true);
    const { CertificateAuthorities } = await ACTIONS.ListCertificateAuthorities(ca, {});
    expect(CertificateAuthorities).toHaveLength(1);
  });

  it('takes a CRL whose issuer is written in another string type and case', async () => {
    const ca = openTestPrivateCa();
    const foreign = selfSigned('/CN=Lab Root');
    const name = derSequence(derOid(OID.commonName), derPrintableString('LAB  ROOT'));
    const crl = crlOf(foreign, { issuer: derSequence(derSet(name)) });
    expect((await importAuthority(ca, { ...foreign, crl })).isNew).toBe(true);
  });

  it.each([
    ['61 bits', 1_796_070_663_832_000_000n],
    ['20 octets', BigInt(`0x7e${'ab'.repeat(19)}`)],
    ['20 octets after 2^159', MAX_CRL_NUMBER],
  ])('takes a CRL whose number has %s, and goes on counting', async (_, crlNumber) => {
    const ca = openTestPrivateCa();
    const foreign = selfSigned('/CN=Lab Root');
    const { arn } = await importAuthority(ca, { ...foreign, crl: crlOf(foreign, { crlNumber }) });
    for (const step of [1n, 2n]) {
      const crl = parseCrl((await currentCrl(ca, arn)) ?? Buffer.alloc(0));
      const { content } = readBer(extensionValue(crl, OID.cRLNumber) ?? Buffer.alloc(0));
      expect(BigInt(`0x${Buffer.from(content).toString('hex')}`)).toBe(crlNumber + step);
      await markStale(ca, arn);
    }
  });

  it('takes a CRL that lists a serial number twice', async () => {
    const ca = openTestPrivateCa();
    const foreign = selfSigned('/CN=Lab Root');
    const [serialNumber, date] = [Buffer.of(5), new Date('2026-01-01T00:00:00Z')];
    const later = new Date(date.getTime() + DAY_MS);
    const revoked = [
      derRevokedCertificate({ serialNumber, revokedAt: later, reason: 'keyCompromise' }),
      derRevokedCertificate({ serialNumber, revokedAt: date, reason: 'unspecified' }),
    ];
    const { arn } = await importAuthority(ca, { ...foreign, crl: crlOf(foreign, { revoked }) });
    const crl = parseCrl((await currentCrl(ca, arn)) ?? Buffer.alloc(0));
    expect(crl.revoked).toMatchObject([{ revokedAt: date, reason: 'keyCompromise' }]);
    expect([...(crl.revoked[0]?.serialNumber ?? [])]).toEqual([...serialNumber]);
  });

  it.each<readonly [string, () => ForeignAuthority, RegExp]>([
    [
      'a CRL whose number leaves no room for another',
      () => {
        const foreign = selfSigned('/CN=a');
        return { ...foreign, crl: crlOf(foreign, { crlNumber: 2n ** 159n - 1n }) };
      },
      /no CRL can follow it/,
    ],
    ['another key', () => ({ ...selfSigned('/CN=a'), privateKey: newKey('P-256') }), /not that of/],
    [
      'an unsupported curve',
      () => selfSigned('/CN=a', { key: curve('secp256k1') }),
      /EC_secp256k1 is not supp/,
    ],
    [
      'a curve whose parameters are written out',
      () => selfSigned('/CN=a', { key: [...P256, '-pkeyopt', 'ec_param_enc:explicit'] }),
      /openssl ec -param_enc named_curve/,
    ],
    [
      'an unsupported key size',
      () => selfSigned('/CN=a', { key: ['rsa:2560'] }),
      /RSA_2560 is not supported/,
    ],
    [
      'a certificate that is no CA',
      () => selfSigned('/CN=a', { extensions: [] }),
      /basicConstraints/,
    ],
    ['an empty name', () => selfSigned('/'), /name of the authority is empty/],
    ['a root as its own issuer', () => withChain(selfSigned('/CN=a')), /self-signed/],
    [
      'a CRL of another authority',
      () => ({ ...selfSigned('/CN=a'), crl: NO_CRL }),
      /CRL was not signed/,
    ],
    ['a delta CRL', () => withCrl('deltaCRL=critical,DER:020101'), /not complete/],
    [
      'a CRL of one partition',
      () => withCrl('issuingDistributionPoint=critical,@part', 'onlyuser=TRUE'),
      /not complete/,
    ],
  ])('refuses %s and stores nothing', async (_, make, message) => {
    const ca = openTestPrivateCa();
    await expect(importAuthority(ca, make())).rejects.toThrow(message);
    const { CertificateAuthorities } = await ACTIONS.ListCertificateAuthorities(ca, {});
    expect(CertificateAuthorities).toEqual([]);
  });

  it('refuses a certificate that has expired', async () => {
    const ca = openTestPrivateCa({ clock: () => Date.now() + 400 * DAY_MS });
    await expect(importAuthority(ca, selfSigned('/CN=a'))).rejects.toThrow(/has expired/);
  });
});

/**
 * A foreign authority with a CRL that has an extension, which may limit the scope of the CRL.
 * @param index the certificates in the database of `openssl ca`
 */
function withCrl(extension: string, part = '', index = ''): ForeignAuthority {
  const directory = tempDirectory();
  const file = (name: string) => path.join(directory, name);
  const foreign = selfSigned('/CN=a');
  writeFileSync(file('key'), foreign.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(file('pem'), encodePem('CERTIFICATE', foreign.certificate.der));
  writeFileSync(file('index'), index);
  const sections = ['[ca]', `database=${file('index')}`, '[ext]', extension, '[part]', part];
  writeFileSync(file('cnf'), sections.join('\n'));
  runOpenssl([
    ...['ca', '-gencrl', '-config', file('cnf'), '-name', 'ca', '-crlexts', 'ext', '-crldays', '7'],
    ...['-md', 'sha256', '-cert', file('pem'), '-keyfile', file('key'), '-out', file('crl')],
  ]);
  const [crl = Buffer.alloc(0)] = decodePem('X509 CRL', readFileSync(file('crl'), 'latin1'));
  return { ...foreign, crl: parseCrl(crl) };
}

function newKey(namedCurve: string): KeyObject {
  return generateKeyPairSync('ec', { namedCurve }).privateKey;
}

function curve(name: string): string[] {
  return ['ec', '-pkeyopt', `ec_paramgen_curve:${name}`];
}

function withChain(foreign: ForeignAuthority): ForeignAuthority {
  return { ...foreign, chain: [foreign.certificate] };
}

const NO_CRL: Crl = {
  ...{ der: Buffer.alloc(0), tbs: Buffer.alloc(0), issuer: Buffer.alloc(0) },
  ...{ thisUpdate: new Date(), nextUpdate: undefined, revoked: [], extensions: [] },
  signatureAlgorithm: { oid: '1.2.840.10045.4.3.2', parameters: undefined },
  signature: Buffer.alloc(0),
};

it('makes an imported authority known to OCSP', async () => {
  const ca = openTestPrivateCa();
  const foreign = selfSigned('/CN=Root');
  const { arn } = await importAuthority(ca, foreign);
  const hash = digestOfKey('sha256', foreign.certificate.subjectPublicKeyInfo);
  expect(await findByKey(ca, 'sha256', hash)).toMatchObject({ arn });
});

it('keeps the key identifier of an imported authority in a renewal, however another program made it', async () => {
  const ca = openTestPrivateCa();
  // RFC 7093 has four ways besides SHA-1 of the key, and programs use them.
  const identifier = ['-addext', 'subjectKeyIdentifier=0102030405060708090a0b0c0d0e0f1011121314'];
  const foreign = selfSigned('/CN=Root', { extensions: [...AUTHORITY, ...identifier] });
  const { arn } = await importAuthority(ca, foreign);
  const { pem: issuedBefore } = await issueFrom(ca, arn, { Csr: csrBlob(ecKeyPair()) });
  const directory = tempDirectory();
  const [device, root] = [path.join(directory, 'device.pem'), path.join(directory, 'root.pem')];
  writeFileSync(device, issuedBefore);
  writeFileSync(root, await certifyTestRoot(ca, arn));
  expect(await verifyChain(device, root)).toBe(`${device}: OK`);
});

it('keeps the revocations of an imported CRL beyond the end that the authority had then', async () => {
  const time = { now: Date.now() };
  const ca = openTestPrivateCa({ clock: () => time.now });
  // Other programs issue certificates that outlive their authority. Once renewed, the authority
  // vouches for them again.
  const index = 'R\t400101000000Z\t250101000000Z\t1001\tunknown\t/CN=device\n';
  const foreign = withCrl('authorityKeyIdentifier=keyid', '', index);
  const { arn } = await importAuthority(ca, foreign);
  await certifyTestRoot(ca, arn);
  const serials = async () => {
    const { revoked } = parseCrl((await currentCrl(ca, arn)) ?? Buffer.alloc(0));
    return revoked.map(({ serialNumber }) => Buffer.from(serialNumber).toString('hex'));
  };
  const listed = await serials();
  expect(listed).toEqual(['1001']);
  // The first CRL after that end is the last to name an expired certificate.
  for (const days of [301, 4, 4]) {
    time.now += days * DAY_MS;
    expect(await serials()).toEqual(listed);
  }
  const question = ocspQuestion(foreign.certificate, Buffer.of(0x10, 0x01));
  const { der } = await ca.ocspResponder.answer(derOcspRequest(question));
  expect(parseOcspResponse(der).statuses).toMatchObject([{ status: 'revoked' }]);
});
