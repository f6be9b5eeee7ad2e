import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { decodePem, encodePem } from '../../../src/asn1/pem.ts';
import { derContext, derContextPrimitive, derSequence } from '../../../src/asn1/write-der.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../src/private-ca/activate-root.ts';
import type { PrivateCa } from '../../../src/private-ca/private-ca.ts';
import { basicConstraintsExtension } from '../../../src/x509/basic-constraints.ts';
import {
  type CertificateFields,
  derSigned,
  derTbsCertificate,
  signCertificate,
} from '../../../src/x509/build-certificate.ts';
import { buildCertificationRequest } from '../../../src/x509/build-certification-request.ts';
import { derName } from '../../../src/x509/distinguished-name.ts';
import type { Extension } from '../../../src/x509/extensions.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import { parseCertificationRequest } from '../../../src/x509/parse-certification-request.ts';
import { createSigner } from '../../../src/x509/signing-algorithm.ts';
import { verifyChain } from '../../support/clients/openssl.ts';
import { ecKeyPair, type SampleKeyPair } from '../../support/keys/sample-keys.ts';
import { createTestAuthority } from '../../support/servers/create-test-authority.ts';
import { openTestPrivateCa } from '../../support/servers/open-test-private-ca.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

interface Arn {
  readonly CertificateAuthorityArn: string;
}

const blob = (pem: string) => Buffer.from(pem);

let ca: PrivateCa;
beforeEach(() => {
  ca = openTestPrivateCa();
});

async function root(): Promise<Arn> {
  const CertificateAuthorityArn = await activateRoot(ca, {
    name: 'root',
    keyAlgorithm: 'EC_secp384r1',
    signingAlgorithm: 'SHA384WITHECDSA',
    subject: { CommonName: 'Root' },
    validity: { Type: 'YEARS', Value: 10 },
  });
  return { CertificateAuthorityArn };
}

function pendingSubordinate(CommonName: string): Promise<Arn> {
  return createTestAuthority(ca, {
    CertificateAuthorityType: 'SUBORDINATE',
    CertificateAuthorityConfiguration: {
      KeyAlgorithm: 'EC_prime256v1',
      SigningAlgorithm: 'SHA256WITHECDSA',
      Subject: { CommonName },
    },
  });
}

async function issue(issuer: Arn, Csr: string, template: string, years: number) {
  const { CertificateAuthority } = await ACTIONS.DescribeCertificateAuthority(ca, issuer);
  const { CertificateArn } = await ACTIONS.IssueCertificate(ca, {
    ...issuer,
    Csr: blob(Csr),
    SigningAlgorithm: CertificateAuthority.CertificateAuthorityConfiguration.SigningAlgorithm,
    TemplateArn: `arn:aws:acm-pca:::template/${template}/V1`,
    Validity: { Type: 'YEARS', Value: years },
  });
  return ACTIONS.GetCertificate(ca, { ...issuer, CertificateArn });
}

/**
 * Follows the steps that AWS documents: it gets the CSR, calls IssueCertificate at the parent and
 * imports the certificate with the chain of the parent.
 */
async function subordinate(parent: Arn, pathLength: number, years: number): Promise<Arn> {
  const arn = await pendingSubordinate(`Subordinate ${pathLength}`);
  const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, arn);
  const template = `SubordinateCACertificate_PathLen${pathLength}`;
  const { Certificate, CertificateChain = '' } = await issue(parent, Csr, template, years);
  await ACTIONS.ImportCertificateAuthorityCertificate(ca, {
    ...arn,
    Certificate: blob(Certificate),
    CertificateChain: blob(CertificateChain),
  });
  return arn;
}

const deviceKey = ecKeyPair();
const deviceCsr = encodePem(
  'CERTIFICATE REQUEST',
  buildCertificationRequest(
    {
      subject: derName([{ oid: OID.commonName, value: 'device' }]),
      subjectPublicKeyInfo: deviceKey.spki,
    },
    'SHA256WITHECDSA',
    createSigner(deviceKey.privateKey, 'SHA256WITHECDSA'),
  ),
);

describe('a hierarchy', () => {
  it('of five levels issues certificates that OpenSSL accepts, and allows no sixth', async () => {
    let issuer = await root();
    for (const [pathLength, years] of [
      [3, 9],
      [2, 8],
      [1, 7],
      [0, 6],
    ] as const) {
      issuer = await subordinate(issuer, pathLength, years);
    }
    const own = await ACTIONS.GetCertificateAuthorityCertificate(ca, issuer);
    expect(decodePem('CERTIFICATE', own.CertificateChain ?? '')).toHaveLength(4);
    const { Certificate, CertificateChain = '' } = await issue(
      issuer,
      deviceCsr,
      'EndEntityCertificate',
      1,
    );
    expect(CertificateChain).toBe(`${own.Certificate}\n${own.CertificateChain}`);
    const directory = tempDirectory();
    const [leafFile, chainFile, rootFile] = ['leaf', 'chain', 'root'].map((name) =>
      path.join(directory, name),
    ) as [string, string, string];
    const chain = decodePem('CERTIFICATE', CertificateChain);
    writeFileSync(leafFile, Certificate);
    writeFileSync(chainFile, CertificateChain);
    writeFileSync(rootFile, encodePem('CERTIFICATE', chain.at(-1) ?? Buffer.alloc(0)));
    expect(await verifyChain(leafFile, rootFile, chainFile)).toMatch(/OK$/);
    const below = subordinate(issuer, 0, 5);
    await expect(below).rejects.toMatchObject({ name: 'AwsError' });
  });
});

const authority = (pathLength?: number): readonly Extension[] => [
  basicConstraintsExtension({ ca: true, ...(pathLength !== undefined && { pathLength }) }, true),
  keyUsageExtension(['keyCertSign', 'cRLSign']),
];

interface External {
  readonly pem: string;
  readonly keys: SampleKeyPair;
  readonly subject: Uint8Array;
}

/** An authority outside of this server, below `issuer` or self-signed. */
function external(
  name: string,
  issuer?: External,
  changes: Partial<CertificateFields> = {},
): External {
  const keys = ecKeyPair();
  const subject = derName([{ oid: OID.commonName, value: name }]);
  const made = { keys, subject, pem: '' };
  return {
    ...made,
    pem: signedBy(issuer ?? made, { subject, subjectPublicKeyInfo: keys.spki, ...changes }),
  };
}

function signedBy(
  issuer: Pick<External, 'keys' | 'subject'>,
  fields: Pick<CertificateFields, 'subject' | 'subjectPublicKeyInfo'> & Partial<CertificateFields>,
): string {
  const der = signCertificate(
    {
      serialNumber: Buffer.from('1234567890abcdef', 'hex'),
      signingAlgorithm: 'SHA256WITHECDSA',
      issuer: issuer.subject,
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2050-01-01T00:00:00Z'),
      extensions: authority(),
      ...fields,
    },
    createSigner(issuer.keys.privateKey, 'SHA256WITHECDSA'),
  );
  return encodePem('CERTIFICATE', der);
}

describe('importing a certificate of an external parent', () => {
  let arn: Arn;
  let subjectPublicKeyInfo: Uint8Array;
  let subject: Uint8Array;
  const top = external('External root');
  const middle = external('External intermediate', top);

  beforeEach(async () => {
    arn = await pendingSubordinate('Ours');
    const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, arn);
    const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE REQUEST', Csr);
    ({ subject, subjectPublicKeyInfo } = parseCertificationRequest(der));
  });

  const ours = (issuer: External, changes: Partial<CertificateFields> = {}) =>
    signedBy(issuer, { subject, subjectPublicKeyInfo, ...changes });
  const importing = (certificate: string, ...chain: string[]) =>
    ACTIONS.ImportCertificateAuthorityCertificate(ca, {
      ...arn,
      Certificate: blob(certificate),
      CertificateChain: blob(chain.join('')),
    });
  const status = async () =>
    (await ACTIONS.DescribeCertificateAuthority(ca, arn)).CertificateAuthority.Status;

  it('activates the authority, and later replaces its certificate by another for the same key', async () => {
    await importing(ours(middle), middle.pem, top.pem);
    expect(await status()).toBe('ACTIVE');
    const first = await ACTIONS.GetCertificateAuthorityCertificate(ca, arn);
    expect(first.CertificateChain).toBe((middle.pem + top.pem).trimEnd());
    await importing(ours(top), top.pem);
    const second = await ACTIONS.GetCertificateAuthorityCertificate(ca, arn);
    expect(second.CertificateChain).toBe(top.pem.trimEnd());
    await expect(issue(arn, deviceCsr, 'EndEntityCertificate', 1)).resolves.toHaveProperty(
      'CertificateChain',
      `${second.Certificate}\n${second.CertificateChain}`,
    );
  });

  const constraining = (tag: number, ...content: Uint8Array[]): Extension => ({
    oid: OID.nameConstraints,
    critical: true,
    value: derSequence(
      derContext(0, derSequence(derContextPrimitive(tag, Buffer.concat(content)))),
    ),
  });

  it('accepts name constraints that issuing enforces', async () => {
    const extensions = [...authority(), constraining(2, Buffer.from('example.com'))];
    await importing(ours(top, { extensions }), top.pem);
    expect(await status()).toBe('ACTIVE');
  });

  const deep = (() => {
    const levels = [top];
    for (let i = 0; i < 4; i += 1) levels.unshift(external(`Level ${i}`, levels[0]));
    return levels;
  })();
  const shortLived = external('Short', top, { notAfter: new Date('2040-01-01T00:00:00Z') });
  const limited = external('Limited', top, { extensions: authority(0) });
  const limitedTop = external('Limited root', undefined, { extensions: authority(1) });
  const belowLimited = external('Below', limitedTop, { extensions: authority() });
  const belowTwice = external('Below twice', belowLimited);
  const leafParent = external('Leaf', top, {
    extensions: [basicConstraintsExtension({ ca: false }, true)],
  });

  it.each<[code: string, what: string, made: () => readonly [string, ...string[]]]>([
    ['InvalidRequestException', 'no chain', () => [ours(top)]],
    ['InvalidRequestException', 'itself in the chain', () => [ours(top), ours(top), top.pem]],
    [
      'InvalidRequestException',
      'more than five levels',
      () => [ours(deep[0] ?? top), ...deep.map(({ pem }) => pem)],
    ],
    [
      'InvalidRequestException',
      'more levels than are read',
      () => [
        ours(deep[0] ?? top),
        ...deep.map(({ pem }) => pem),
        encodePem('CERTIFICATE', Buffer.from('junk')),
      ],
    ],
    [
      'CertificateMismatchException',
      'a chain in the wrong order',
      () => [ours(middle), top.pem, middle.pem],
    ],
    ['CertificateMismatchException', 'a chain without its root', () => [ours(middle), middle.pem]],
    [
      'CertificateMismatchException',
      'a chain with a superfluous certificate',
      () => [ours(middle), middle.pem, top.pem, top.pem, shortLived.pem],
    ],
    [
      'CertificateMismatchException',
      'the chain of another',
      () => [ours(middle), shortLived.pem, top.pem],
    ],
    [
      'CertificateMismatchException',
      'a signature by another key than that of its issuer',
      () => [ours({ ...middle, keys: top.keys }), middle.pem, top.pem],
    ],
    [
      'CertificateMismatchException',
      'a longer validity than that of its issuer',
      () => [ours(shortLived), shortLived.pem, top.pem],
    ],
    [
      'CertificateMismatchException',
      'an issuer of path length 0',
      () => [ours(limited), limited.pem, top.pem],
    ],
    [
      'CertificateMismatchException',
      'a root whose path length is too short',
      () => [ours(belowTwice), belowTwice.pem, belowLimited.pem, limitedTop.pem],
    ],
    [
      'CertificateMismatchException',
      'the path length of its issuer',
      () => [ours(limitedTop, { extensions: authority(1) }), limitedTop.pem],
    ],
    [
      'MalformedCertificateException',
      'an issuer that is no authority',
      () => [ours(leafParent), leafParent.pem, top.pem],
    ],
    ...[0, 3, 5, 8].map((tag): [string, string, () => readonly [string, ...string[]]] => [
      'MalformedCertificateException',
      `constraints of names of kind ${tag}`,
      () => [
        ours(top, { extensions: [...authority(), constraining(tag, Buffer.from('x'))] }),
        top.pem,
      ],
    ]),
    ...['1.3.6.1.5.5.7.1.1', '2.5.29.31', '2.5.29.46', '2.5.29.36', '1.2.3.4'].map(
      (oid): [string, string, () => readonly [string, ...string[]]] => [
        'MalformedCertificateException',
        `the critical extension ${oid}`,
        () => [
          ours(top, {
            extensions: [...authority(), { oid, critical: true, value: derSequence() }],
          }),
          top.pem,
        ],
      ],
    ),
  ])('answers with %s to %s', async (code, _, made) => {
    const [certificate, ...chain] = made();
    await expect(importing(certificate, ...chain)).rejects.toMatchObject({ code });
    expect(await status()).toBe('PENDING_CERTIFICATE');
  });

  it('limits the authority to the path length above it when it has none itself', async () => {
    await importing(ours(limitedTop), limitedTop.pem);
    await expect(issue(arn, deviceCsr, 'EndEntityCertificate', 1)).resolves.toBeDefined();
    const below = issue(arn, deviceCsr, 'SubordinateCACertificate_PathLen0', 1);
    await expect(below).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it('refuses a self-signed certificate for the same key', async () => {
    const CertificateAuthorityArn = arn.CertificateAuthorityArn;
    const key = await ca.signingKeys.get(CertificateAuthorityArn.slice(-36));
    const tbs = derTbsCertificate({
      serialNumber: Buffer.of(1),
      signingAlgorithm: 'SHA256WITHECDSA',
      issuer: subject,
      subject,
      subjectPublicKeyInfo,
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2050-01-01T00:00:00Z'),
      extensions: authority(),
    });
    const signature = await key.sign('SHA256WITHECDSA', tbs);
    const der = derSigned(tbs, 'SHA256WITHECDSA', signature);
    const selfSigned = importing(encodePem('CERTIFICATE', der), top.pem);
    await expect(selfSigned).rejects.toMatchObject({ code: 'InvalidRequestException' });
  });

  it('refuses for a root authority a certificate that another authority issued', async () => {
    const rootArn = await createTestAuthority(ca);
    const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, rootArn);
    const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE REQUEST', Csr);
    const csr = parseCertificationRequest(der);
    const input = {
      ...rootArn,
      Certificate: blob(
        signedBy(top, { subject: csr.subject, subjectPublicKeyInfo: csr.subjectPublicKeyInfo }),
      ),
    };
    for (const chain of [{}, { CertificateChain: blob(top.pem) }]) {
      const importingRoot = ACTIONS.ImportCertificateAuthorityCertificate(ca, {
        ...input,
        ...chain,
      });
      await expect(importingRoot).rejects.toMatchObject({ code: 'InvalidRequestException' });
    }
  });
});
