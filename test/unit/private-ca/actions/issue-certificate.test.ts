import { sign, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { decodePem, encodePem } from '../../../../src/asn1/pem.ts';
import { derBitString, derNull, derOid, derSequence } from '../../../../src/asn1/write-der.ts';
import { validateInput } from '../../../../src/aws-wire/validate-input.ts';
import { DAY_MS, HOUR_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../../src/private-ca/activate-root.ts';
import { templateArnOf } from '../../../../src/private-ca/issuing/templates.ts';
import { authorityIdOf } from '../../../../src/private-ca/model/private-ca-arns.ts';
import { openPrivateCa } from '../../../../src/private-ca/private-ca.ts';
import { authorityPartition } from '../../../../src/private-ca/records/authority-record.ts';
import { certificates } from '../../../../src/private-ca/records/certificate-record.ts';
import { getEntry, listEntries } from '../../../../src/store/collection.ts';
import {
  buildCertificationRequest,
  derCertificationRequestInfo,
} from '../../../../src/x509/build-certification-request.ts';
import { extendedKeyUsageExtension } from '../../../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../../../src/x509/extensions.ts';
import { derGeneralNames } from '../../../../src/x509/general-names.ts';
import { keyUsageExtension } from '../../../../src/x509/key-usage.ts';
import { parseCertificate } from '../../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../../src/x509/parse-distinguished-name-text.ts';
import { createSigner } from '../../../../src/x509/signing-algorithm.ts';
import { runCommand } from '../../../support/clients/run-command.ts';
import { crashingStore } from '../../../support/fakes/crashing-store.ts';
import { ecKeyPair, rsaKeyPair, type SampleKeyPair } from '../../../support/keys/sample-keys.ts';
import { openTestPrivateCa, TEST_SCOPE } from '../../../support/servers/open-test-private-ca.ts';
import { rewindIssuance } from '../../../support/servers/rewind-issuance.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

const time = { now: Date.parse('2026-06-01T12:00:00Z') };
const ca = openTestPrivateCa({ clock: () => time.now });
const keys = ecKeyPair();
const subjectAltName: Extension = {
  oid: OID.subjectAltName,
  critical: false,
  value: derGeneralNames([{ kind: 'dNSName', value: 'device.example' }]),
};
const alternativeUri = (value: string): Extension => ({
  ...subjectAltName,
  value: derGeneralNames([{ kind: 'uniformResourceIdentifier', value }]),
});
const blank = templateArnOf('BlankEndEntityCertificate_APICSRPassthrough/V1');
let arn: string;

beforeAll(async () => {
  arn = await activateRoot(ca, {
    name: 'issuing',
    keyAlgorithm: 'EC_prime256v1',
    signingAlgorithm: 'SHA256WITHECDSA',
    subject: { CommonName: 'Issuing Root' },
    validity: { Type: 'YEARS', Value: 5 },
  });
});

function csr(
  {
    extensions = [],
    name = 'CN=device',
  }: { extensions?: readonly Extension[]; name?: string } = {},
  { spki, privateKey }: SampleKeyPair = keys,
): Uint8Array {
  const algorithm = privateKey.asymmetricKeyType === 'rsa' ? 'SHA256WITHRSA' : 'SHA256WITHECDSA';
  const subject = name ? parseDistinguishedNameText(name) : Buffer.from('3000', 'hex');
  const fields = { subject, subjectPublicKeyInfo: spki, extensions };
  const der = buildCertificationRequest(fields, algorithm, createSigner(privateKey, algorithm));
  return Buffer.from(encodePem('CERTIFICATE REQUEST', der));
}

function input(changes: object = {}): object {
  return {
    CertificateAuthorityArn: arn,
    Csr: csr(),
    SigningAlgorithm: 'SHA256WITHECDSA',
    Validity: { Type: 'DAYS', Value: 30 },
    ...changes,
  };
}

/** By a caller of the API. */
const CALLER = {
  ...TEST_SCOPE,
  arn: `arn:aws:iam::${TEST_SCOPE.accountId}:user/alice`,
  accessKeyId: 'AKIATESTAKIATEST0000',
  service: 'acm-pca' as const,
  policy: undefined,
};
const issueForCaller = (changes: object) => {
  const checked = validateInput(ACTIONS.IssueCertificate.input, input(changes));
  return ACTIONS.IssueCertificate.run(ca, CALLER, checked);
};

/** Signed with MD5 or SHA-1 by an RSA key. */
function legacyCsr(digest: 'md5' | 'sha1'): Uint8Array {
  const { spki, privateKey } = rsaKeyPair();
  const info = derCertificationRequestInfo({
    subject: parseDistinguishedNameText('CN=device'),
    subjectPublicKeyInfo: spki,
  });
  const algorithm = derSequence(
    derOid(digest === 'md5' ? OID.md5WithRsa : OID.sha1WithRsa),
    derNull(),
  );
  const der = derSequence(info, algorithm, derBitString(sign(digest, info, privateKey)));
  return Buffer.from(encodePem('CERTIFICATE REQUEST', der));
}

async function issue(changes: object = {}) {
  const { CertificateArn } = await ACTIONS.IssueCertificate(ca, input(changes));
  const pem = await ACTIONS.GetCertificate(ca, { CertificateAuthorityArn: arn, CertificateArn });
  const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE', pem.Certificate);
  return { CertificateArn, ...pem, certificate: parseCertificate(der) };
}

describe('IssueCertificate', () => {
  it('issues from EndEntityCertificate/V1 by default, with the chain', async () => {
    const { certificate, CertificateArn, CertificateChain } = await issue();
    expect(CertificateArn.slice(-32)).toBe(
      Buffer.from(certificate.serialNumber).toString('hex').slice(-32).padStart(32, '0'),
    );
    expect(certificate.notBefore).toEqual(new Date(time.now - HOUR_MS));
    expect(certificate.notAfter).toEqual(new Date(time.now + 30 * DAY_MS));
    expect(certificate.extensions.map(({ oid, critical }) => [oid, critical])).toEqual([
      [OID.basicConstraints, false],
      [OID.authorityKeyIdentifier, false],
      [OID.subjectKeyIdentifier, false],
      [OID.keyUsage, true],
      [OID.extKeyUsage, false],
    ]);
    const leaf = new X509Certificate(certificate.der);
    const root = new X509Certificate(CertificateChain ?? '');
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.verify(root.publicKey)).toBe(true);
  });

  it('signs with the algorithm of the call, not of the authority', async () => {
    const { certificate } = await issue({ SigningAlgorithm: 'SHA512WITHECDSA' });
    expect(certificate.signatureAlgorithm.oid).toBe(OID.ecdsaWithSha512);
  });

  it('prefers ApiPassthrough to the CSR, and ignores it for templates without it', async () => {
    const extensions = [extendedKeyUsageExtension([OID.clientAuth])];
    const ApiPassthrough = {
      Extensions: {
        ExtendedKeyUsage: [
          { ExtendedKeyUsageType: 'SERVER_AUTH' },
          { ExtendedKeyUsageObjectIdentifier: '1.2.3.4' },
        ],
      },
    };
    const passing = { Csr: csr({ extensions }), ApiPassthrough };
    const { certificate } = await issue({ ...passing, TemplateArn: blank });
    expect(certificate.extensions).toContainEqual(
      extendedKeyUsageExtension([OID.serverAuth, '1.2.3.4']),
    );
    const base = await issue(passing);
    expect(base.certificate.extensions).toContainEqual(
      extendedKeyUsageExtension([OID.serverAuth, OID.clientAuth]),
    );
  });

  it('issues without a subject when the subjectAltName is critical', async () => {
    const critical = { ...subjectAltName, critical: true };
    const Csr = csr({ name: '', extensions: [critical] });
    expect((await issue({ Csr })).certificate.extensions).toContainEqual(critical);
    const SubjectAlternativeNames = [{ DnsName: 'device.example' }];
    const passthrough = { Extensions: { SubjectAlternativeNames } };
    const passed = await issue({ Csr, TemplateArn: blank, ApiPassthrough: passthrough });
    expect(passed.certificate.extensions).toContainEqual(critical);
  });

  it('reads a CSR under its old PEM label', async () => {
    const Csr = Buffer.from(
      Buffer.from(csr()).toString().replaceAll('CERTIFICATE R', 'NEW CERTIFICATE R'),
    );
    await expect(issue({ Csr })).resolves.toBeDefined();
  });

  it('issues a root certificate only for its own key, without a chain', async () => {
    const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, { CertificateAuthorityArn: arn });
    const TemplateArn = templateArnOf('RootCACertificate/V1');
    const years = { Type: 'YEARS', Value: 20 };
    const root = await issue({ Csr: Buffer.from(Csr), TemplateArn, Validity: years });
    expect(root.CertificateChain).toBeUndefined();
    expect(root.certificate.issuer).toEqual(root.certificate.subject);
    expect(root.certificate.extensions).toContainEqual(
      keyUsageExtension(['digitalSignature', 'keyCertSign', 'cRLSign']),
    );
    const foreign = issue({ TemplateArn });
    await expect(foreign).rejects.toMatchObject({ code: 'InvalidArgsException' });
  });

  it.each([
    'EndEntityCertificate/V1',
    'BlankEndEntityCertificate_CSRPassthrough/V1',
    'SubordinateCACertificate_PathLen0/V1',
  ])('refuses a certificate with the name and key of the authority from %s', async (template) => {
    const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, { CertificateAuthorityArn: arn });
    const issuing = issue({ Csr: Buffer.from(Csr), TemplateArn: templateArnOf(template) });
    await expect(issuing).rejects.toMatchObject({
      code: 'InvalidArgsException',
      message: expect.stringContaining('RootCACertificate') as unknown,
    });
  });

  it('certifies the key of the authority under another name, so that OpenSSL verifies it', async () => {
    const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, { CertificateAuthorityArn: arn });
    const { Certificate, CertificateChain = '' } = await issue({
      Csr: Buffer.from(Csr),
      TemplateArn: templateArnOf('BlankEndEntityCertificate_APIPassthrough/V1'),
      ApiPassthrough: { Subject: { CommonName: 'other' } },
    });
    const directory = tempDirectory();
    const [leaf, root] = [path.join(directory, 'leaf.pem'), path.join(directory, 'root.pem')];
    writeFileSync(leaf, Certificate);
    writeFileSync(root, CertificateChain);
    const at = String(time.now / 1_000);
    const { stdout } = await runCommand('openssl', [
      ...['verify', '-attime', at, '-CAfile', root, leaf],
    ]);
    expect(stdout).toMatch(/OK\s*$/);
  });

  it.each([
    ['a weak key', () => csr({}, rsaKeyPair(1016)), '1016 bits'],
    ['no name', () => csr({ name: '' }), 'neither a subject'],
    [
      'an extension twice',
      () => csr({ extensions: [subjectAltName, subjectAltName] }),
      'an extension is repeated',
    ],
    [
      'no subject and a subjectAltName that is not critical',
      () => csr({ name: '', extensions: [subjectAltName] }),
      'a certificate without a subject must have a critical subjectAltName (4.1.2.6)',
    ],
    [
      'a URI without a scheme',
      () => csr({ extensions: [alternativeUri('no-scheme')] }),
      'printable IA5String with a scheme (4.2.1.6)',
    ],
    ['keyCertSign', () => csr({ extensions: [keyUsageExtension(['keyCertSign'])] }), '4.2.1.3'],
    [
      'a malformed subjectAltName',
      () => csr({ extensions: [{ ...subjectAltName, value: derNull() }] }),
      'RFC 5280',
    ],
    ['a name of 65 characters', () => csr({ name: `CN=${'x'.repeat(65)}` }), 'ub-common-name'],
    ['no PEM', () => Buffer.from('x'), 'not one request'],
    ['two requests', () => Buffer.concat([csr(), csr()]), 'not one request'],
  ])('refuses a CSR with %s', async (_, Csr, reason) => {
    const issuing = issue({ Csr: Csr(), TemplateArn: blank });
    await expect(issuing).rejects.toMatchObject({
      code: 'MalformedCSRException',
      message: expect.stringContaining(reason) as unknown,
    });
  });

  it('refuses a CSR signed with MD5, and takes SHA-1', async () => {
    await expect(issueForCaller({ Csr: legacyCsr('md5') })).rejects.toMatchObject({
      code: 'MalformedCSRException',
      message: 'The certificate signing request is refused: it is signed with MD5',
    });
    const { CertificateArn } = await issueForCaller({ Csr: legacyCsr('sha1') });
    expect(CertificateArn).toContain(`${arn}/certificate/`);
  });

  it('refuses a key of 1024 bits', async () => {
    await expect(issueForCaller({ Csr: csr({}, rsaKeyPair(1024)) })).rejects.toMatchObject({
      code: 'MalformedCSRException',
      message: expect.stringContaining('1024 bits, 2048 are required') as unknown,
    });
  });

  it('judges a URI of ApiPassthrough as one of a CSR', async () => {
    const passing = (UniformResourceIdentifier: string) =>
      issue({
        TemplateArn: blank,
        ApiPassthrough: {
          Extensions: { SubjectAlternativeNames: [{ UniformResourceIdentifier }] },
        },
      });
    const name = 'ID:Microsoft Endpoint Manager:GUID:1';
    const { certificate } = await passing(name);
    expect(certificate.extensions).toContainEqual(alternativeUri(name));
    await expect(passing('no-scheme')).rejects.toMatchObject({ code: 'InvalidArgsException' });
  });

  it.each([
    ['InvalidArgsException', { SigningAlgorithm: 'SHA256WITHRSA' }],
    ['ValidationException', { SigningAlgorithm: 'MD5WITHRSA' }],
    ['InvalidArgsException', { TemplateArn: templateArnOf('Unknown/V1') }],
    ['ValidationException', { Validity: { Type: 'YEARS', Value: 6 } }],
    ['ValidationException', { Validity: { Type: 'DAYS', Value: 0 } }],
    ['ValidationException', { Validity: { Type: 'WEEKS', Value: 1 } }],
    ['ValidationException', { ValidityNotBefore: { Type: 'DAYS', Value: 1 } }],
    ['ValidationException', { Csr: Buffer.alloc(32_769) }],
    ['ValidationException', { Csr: 'text' }],
    ['InvalidArgsException', { SigningAlgorithm: 'ML_DSA_44' }],
    ['ValidationException', { ApiPassthrough: { Subject: { Country: 'USA' } } }],
    ['ValidationException', { ApiPassthrough: { Extensions: { ExtendedKeyUsage: [] } } }],
    [
      'InvalidArgsException',
      { TemplateArn: blank, ApiPassthrough: { Extensions: { ExtendedKeyUsage: [{}] } } },
    ],
  ])('refuses with %s %j', async (code, changes) => {
    const issuing = issue(changes);
    await expect(issuing).rejects.toMatchObject({ name: 'AwsError', code });
  });

  it('returns the same certificate for the same token for five minutes, whatever else differs', async () => {
    const first = await issue({ IdempotencyToken: 'same' });
    const other = { Csr: csr({ name: 'CN=other' }), IdempotencyToken: 'same' };
    expect((await issue(other)).CertificateArn).toBe(first.CertificateArn);
    time.now += 301_000;
    expect((await issue(other)).CertificateArn).not.toBe(first.CertificateArn);
  });

  it('accepts tokens with characters that keys of the store may not have', async () => {
    const IdempotencyToken = '\t\u00e9:\u00ff';
    const { CertificateArn } = await issue({ IdempotencyToken });
    expect((await issue({ IdempotencyToken })).CertificateArn).toBe(CertificateArn);
  });
});

it('withholds a certificate whose authority was disabled while it was signed, until it is enabled', async () => {
  const change = (Status: 'ACTIVE' | 'DISABLED') =>
    ACTIONS.UpdateCertificateAuthority(ca, { CertificateAuthorityArn: arn, Status });
  const get: typeof ca.signingKeys.get = async (id) => {
    const key = await ca.signingKeys.get(id);
    await change('DISABLED');
    return key;
  };
  const slow = { ...ca, signingKeys: { ...ca.signingKeys, get } };
  const wanted = input({ IdempotencyToken: 'slow' });
  await expect(ACTIONS.IssueCertificate(slow, wanted)).rejects.toMatchObject({
    code: 'InvalidStateException',
    message: 'The certificate authority is not in a valid state for issuing certificates',
  });
  await change('ACTIVE');
  await expect(issue({ IdempotencyToken: 'slow' })).resolves.toBeDefined();
});

describe('an issuance whose process dies', () => {
  const partition = () => authorityPartition(authorityIdOf(TEST_SCOPE, arn));
  const list = () => listEntries(ca.store, partition(), certificates, { limit: 1_000 });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('%s its commit leaves one certificate in the end', async (moment, left) => {
    const before = await list();
    const dying = openPrivateCa({ ...ca, store: crashingStore(ca.store, 1, moment) });
    const wanted = input({ IdempotencyToken: `dying ${moment}` });
    await expect(ACTIONS.IssueCertificate(dying, wanted)).rejects.toThrow('killed');
    const known = new Set(before.map(({ key }) => key));
    const found = (await list()).filter(({ key }) => !known.has(key));
    expect(found).toHaveLength(left);
    const { CertificateArn } = await ACTIONS.IssueCertificate(ca, wanted);
    const serial = CertificateArn.slice(-32);
    if (found[0]) expect(serial).toBe(found[0].key);
    expect(await list()).toHaveLength(before.length + 1);
    const entry = await getEntry(ca.store, partition(), certificates, serial);
    expect(entry?.value.state).toBe('issued');
  });

  it('of an earlier version, after it recorded what it was to sign, is finished by the token', async () => {
    const { CertificateArn } = await issue({ IdempotencyToken: 'of N-1' });
    const tbs = await rewindIssuance(ca, arn, CertificateArn.slice(-32), 'SHA256WITHECDSA');
    const get = () => ACTIONS.GetCertificate(ca, { CertificateAuthorityArn: arn, CertificateArn });
    await expect(get()).rejects.toMatchObject({ code: 'RequestInProgressException' });
    expect(await issue({ IdempotencyToken: 'of N-1' })).toMatchObject({ CertificateArn });
    const [der] = decodePem('CERTIFICATE', (await get()).Certificate);
    expect(parseCertificate(der as Uint8Array).tbs).toEqual(Buffer.from(tbs));
  });
});

describe('GetCertificate', () => {
  it.each([
    ['ResourceNotFoundException', () => `${arn}/certificate/${'0'.repeat(32)}`],
    [
      'ResourceNotFoundException',
      () => `${arn.replace(/.{12}$/, '0'.repeat(12))}/certificate/${'0'.repeat(32)}`,
    ],
    ['InvalidArnException', () => `${arn}/certificate/1`],
    ['InvalidArnException', () => arn],
  ])(
    'refuses with %s an ARN that is not of a certificate of the authority',
    async (code, CertificateArn) => {
      const getting = ACTIONS.GetCertificate(ca, {
        CertificateAuthorityArn: arn,
        CertificateArn: CertificateArn(),
      });
      await expect(getting).rejects.toMatchObject({ code });
    },
  );
});
