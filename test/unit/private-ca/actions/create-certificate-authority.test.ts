import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodePem } from '../../../../src/asn1/pem.ts';
import { DAY_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import {
  authorityIndexPartition,
  indexedAuthorities,
} from '../../../../src/private-ca/authority/authority-index.ts';
import { scopedTo } from '../../../../src/private-ca/model/ca-context.ts';
import { openPrivateCa, type PrivateCa } from '../../../../src/private-ca/private-ca.ts';
import { listEntries } from '../../../../src/store/collection.ts';
import { formatName, parseName } from '../../../../src/x509/distinguished-name.ts';
import { parseCertificationRequest } from '../../../../src/x509/parse-certification-request.ts';
import { runOrThrow } from '../../../support/clients/run-command.ts';
import { crashingStore } from '../../../support/fakes/crashing-store.ts';
import { openInMemoryRecordStore } from '../../../support/fakes/in-memory-record-store.ts';
import { createTestAuthority } from '../../../support/servers/create-test-authority.ts';
import { openTestPrivateCa, TEST_SCOPE } from '../../../support/servers/open-test-private-ca.ts';

const configuration = {
  KeyAlgorithm: 'EC_prime256v1',
  SigningAlgorithm: 'SHA256WITHECDSA',
  Subject: {
    CommonName: 'Root',
    Organization: 'Lab',
    Country: 'US',
    Locality: 'Here',
    State: 'WA',
  },
};
const input = {
  CertificateAuthorityType: 'ROOT',
  CertificateAuthorityConfiguration: configuration,
};

async function statusOf(ca: PrivateCa, arn: object): Promise<string> {
  return (await ACTIONS.DescribeCertificateAuthority(ca, arn)).CertificateAuthority.Status;
}

describe('CreateCertificateAuthority', () => {
  it('creates an authority that is CREATING and then PENDING_CERTIFICATE', async () => {
    const ca = openTestPrivateCa();
    const arn = await ACTIONS.CreateCertificateAuthority(ca, input);
    const { CertificateAuthorityArn } = arn;
    expect(CertificateAuthorityArn).toMatch(
      /^arn:aws:acm-pca:us-east-1:123456789012:certificate-authority\/[0-9a-f-]{36}$/,
    );
    expect(await statusOf(ca, arn)).toBe('CREATING');
    const early = ACTIONS.GetCertificateAuthorityCsr(ca, arn);
    await expect(early).rejects.toMatchObject({ code: 'RequestInProgressException' });
    await ca.creation.settled();
    expect((await ACTIONS.DescribeCertificateAuthority(ca, arn)).CertificateAuthority).toEqual({
      Arn: CertificateAuthorityArn,
      OwnerAccount: '123456789012',
      CreatedAt: expect.any(Date) as unknown,
      LastStateChangeAt: expect.any(Date) as unknown,
      Type: 'ROOT',
      Status: 'PENDING_CERTIFICATE',
      CertificateAuthorityConfiguration: configuration,
      RevocationConfiguration: {
        CrlConfiguration: { Enabled: false },
        OcspConfiguration: { Enabled: false },
      },
      KeyStorageSecurityStandard: 'FIPS_140_2_LEVEL_3_OR_HIGHER',
      UsageMode: 'GENERAL_PURPOSE',
    });
    const certificate = ACTIONS.GetCertificateAuthorityCertificate(ca, arn);
    await expect(certificate).rejects.toMatchObject({
      code: 'InvalidStateException',
      message: `The certificate authority ${CertificateAuthorityArn} is not in the correct state to have a certificate signing request.`,
    });
  });

  it('stores CSR extensions, revocation, usage mode, key storage standard and tags', async () => {
    const ca = openTestPrivateCa();
    const CsrExtensions = {
      KeyUsage: { KeyCertSign: true, CRLSign: true },
      SubjectInformationAccess: [
        {
          AccessMethod: { AccessMethodType: 'CA_REPOSITORY' },
          AccessLocation: { UniformResourceIdentifier: 'http://repository.example' },
        },
        {
          AccessMethod: { CustomObjectIdentifier: '1.2.3.4' },
          AccessLocation: { DirectoryName: { CommonName: 'There' } },
        },
      ],
    };
    const crl = { Enabled: true, S3BucketName: 'crls.example', CustomCname: 'crl.example' };
    const told = {
      CertificateAuthorityConfiguration: { ...configuration, CsrExtensions },
      KeyStorageSecurityStandard: 'FIPS_140_2_LEVEL_2_OR_HIGHER',
      UsageMode: 'SHORT_LIVED_CERTIFICATE',
    };
    const arn = await createTestAuthority(ca, {
      ...told,
      CertificateAuthorityType: 'SUBORDINATE',
      RevocationConfiguration: { CrlConfiguration: crl },
      Tags: [{ Key: 'team', Value: 'pki' }, { Key: 'empty' }],
    });
    const { CertificateAuthority } = await ACTIONS.DescribeCertificateAuthority(ca, arn);
    expect(CertificateAuthority).toMatchObject({
      ...told,
      Type: 'SUBORDINATE',
      RevocationConfiguration: {
        CrlConfiguration: {
          ...crl,
          ExpirationInDays: 7,
          S3ObjectAcl: 'PUBLIC_READ',
          CrlType: 'COMPLETE',
        },
        OcspConfiguration: { Enabled: false },
      },
    });
    expect(await ACTIONS.ListTags(ca, arn)).toEqual({
      Tags: [
        { Key: 'empty', Value: '' },
        { Key: 'team', Value: 'pki' },
      ],
    });
    const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, arn);
    const openssl = ['req', '-verify', '-noout', '-text'];
    const { stdout: text } = await runOrThrow('openssl', openssl, { input: Csr });
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
    expect(text).toContain('CA Repository - URI:http://repository.example');
    expect(text).toMatch(/1\.2\.3\.4 - DirName:[ /]?CN ?= ?There/);
  });

  it.each([
    [2, 'after'],
    [3, 'before'],
  ] as const)(
    'is finished on a look after a crash at commit %d (%s it)',
    async (commit, moment) => {
      const time = { now: Date.now() };
      const ca = openTestPrivateCa({ clock: () => time.now });
      const dying = openPrivateCa({ ...ca, store: crashingStore(ca.store, commit, moment) });
      await ACTIONS.CreateCertificateAuthority(dying, input).catch(() => undefined);
      await dying.creation.settled();
      const { CertificateAuthorities: all } = await ACTIONS.ListCertificateAuthorities(ca, {});
      expect(all).toMatchObject([{ Status: 'CREATING' }]);
      const arn = { CertificateAuthorityArn: all[0]?.Arn ?? '' };
      // Its maker may still be at it.
      expect(await statusOf(ca, arn)).toBe('CREATING');
      expect(ca.creation.underWay()).toEqual([]);
      time.now += 30_000;
      expect(await statusOf(ca, arn)).toBe('CREATING');
      await ca.creation.settled();
      expect(await statusOf(ca, arn)).toBe('PENDING_CERTIFICATE');
    },
  );

  it('leaves nothing after a crash that only the index saw, and a repeat with the token succeeds', async () => {
    const time = { now: Date.now() };
    const ca = openTestPrivateCa({ clock: () => time.now });
    const tokened = { ...input, IdempotencyToken: 't' };
    const dying = openPrivateCa({ ...ca, store: crashingStore(ca.store, 2, 'before') });
    await expect(ACTIONS.CreateCertificateAuthority(dying, tokened)).rejects.toThrow('killed');
    const list = async () =>
      (await ACTIONS.ListCertificateAuthorities(ca, {})).CertificateAuthorities;
    expect(await list()).toEqual([]);
    await ACTIONS.CreateCertificateAuthority(ca, tokened);
    expect(await list()).toHaveLength(1);
    const again = openPrivateCa({ ...ca, store: crashingStore(ca.store, 2, 'before') });
    await expect(ACTIONS.CreateCertificateAuthority(again, input)).rejects.toThrow('killed');
    time.now += 600_000;
    expect(await list()).toHaveLength(1);
    const page = { limit: 10 };
    const index = authorityIndexPartition(TEST_SCOPE);
    expect(await listEntries(ca.store, index, indexedAuthorities, page)).toHaveLength(1);
  });

  it.each([
    ['RSA_2048', 'SHA256WITHRSA'],
    ['RSA_3072', 'SHA384WITHRSA'],
    ['EC_prime256v1', 'SHA512WITHECDSA'],
    ['EC_secp384r1', 'SHA384WITHECDSA'],
    ['EC_secp521r1', 'SHA512WITHECDSA'],
  ])(
    'returns a CSR with a key of %s that OpenSSL verifies',
    async (KeyAlgorithm, SigningAlgorithm) => {
      const ca = openTestPrivateCa();
      const arn = await createTestAuthority(ca, {
        CertificateAuthorityConfiguration: { ...configuration, KeyAlgorithm, SigningAlgorithm },
      });
      const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, arn);
      const openssl = ['req', '-verify', '-noout', '-text'];
      const { stdout: text } = await runOrThrow('openssl', openssl, { input: Csr });
      expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE/);
      const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE REQUEST', Csr);
      const request = parseCertificationRequest(der);
      expect(formatName(request.subject)).toBe('L=Here,CN=Root,ST=WA,O=Lab,C=US');
      expect(
        parseName(request.subject)
          .flat()
          .map(({ stringType }) => stringType),
      ).toEqual(['PrintableString', ...['UTF8String', 'UTF8String', 'UTF8String', 'UTF8String']]);
      const spki = {
        key: Buffer.from(request.subjectPublicKeyInfo),
        format: 'der',
        type: 'spki',
      } as const;
      expect(createPublicKey(spki).asymmetricKeyType).toBe(
        KeyAlgorithm.startsWith('RSA') ? 'rsa' : 'ec',
      );
    },
  );

  it('stores no private key in the clear', async () => {
    const store = openInMemoryRecordStore(Date.now);
    const values: string[] = [];
    const watching = {
      ...store,
      commit: ((partition, writes) => {
        values.push(...writes.map((write) => (write.kind === 'put' ? write.value : '')));
        return store.commit(partition, writes);
      }) satisfies typeof store.commit,
    };
    const ca = openTestPrivateCa({ store: watching });
    await createTestAuthority(ca, input);
    const stored = values.join('\n');
    expect(stored).toContain('sealedPrivateKey');
    // Each PKCS #8 key begins with SEQUENCE, version 0, the algorithm: this in base64 for P-256.
    expect(stored).not.toContain('MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg');
  });

  it('creates one authority for a token within five minutes, also for concurrent calls', async () => {
    let now = Date.now();
    const ca = openTestPrivateCa({ clock: () => now });
    const create = () =>
      ACTIONS.CreateCertificateAuthority(ca, { ...input, IdempotencyToken: 't' });
    const [first, ...others] = await Promise.all([create(), create(), create()]);
    expect(others).toEqual([first, first]);
    now += 299_000;
    expect(await create()).toEqual(first);
    now += 2_000;
    expect(await create()).not.toEqual(first);
  });

  it('creates an authority for every call without a token', async () => {
    const ca = openTestPrivateCa();
    const first = await ACTIONS.CreateCertificateAuthority(ca, input);
    expect(await ACTIONS.CreateCertificateAuthority(ca, input)).not.toEqual(first);
  });

  it('creates another authority for the token of a deleted one', async () => {
    const ca = openTestPrivateCa();
    const tokened = { ...input, IdempotencyToken: 't' };
    const first = await ACTIONS.CreateCertificateAuthority(ca, tokened);
    await ACTIONS.DeleteCertificateAuthority(ca, first);
    expect(await ACTIONS.CreateCertificateAuthority(ca, tokened)).not.toEqual(first);
  });

  it('keeps to the quota of an account and region, also in concurrent calls', async () => {
    const time = { now: Date.now() };
    const ca = openTestPrivateCa({ authorityQuota: 3, clock: () => time.now });
    const calls = Array.from({ length: 8 }, () => ACTIONS.CreateCertificateAuthority(ca, input));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const refused = ACTIONS.CreateCertificateAuthority(ca, input);
    await expect(refused).rejects.toMatchObject({ code: 'LimitExceededException' });
    const elsewhere = scopedTo(ca, { ...TEST_SCOPE, region: 'eu-west-1' });
    const { CertificateAuthorityArn } = await ACTIONS.CreateCertificateAuthority(elsewhere, input);
    expect(CertificateAuthorityArn).toContain(':eu-west-1:');
    await ca.creation.settled();
    const { CertificateAuthorities: all } = await ACTIONS.ListCertificateAuthorities(ca, {});
    const [{ Arn } = { Arn: '' }] = all;
    await ACTIONS.DeleteCertificateAuthority(ca, { CertificateAuthorityArn: Arn });
    // It counts for as long as it can be restored.
    const early = ACTIONS.CreateCertificateAuthority(ca, input);
    await expect(early).rejects.toMatchObject({ code: 'LimitExceededException' });
    time.now += 31 * DAY_MS;
    await ACTIONS.CreateCertificateAuthority(ca, input);
  });

  it('counts an authority that another call is creating', async () => {
    const ca = openTestPrivateCa({ authorityQuota: 1 });
    let proceed: () => void = () => undefined;
    const stalled = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    let arrive: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const commit: typeof ca.store.commit = async (partition, writes) => {
      if (!partition.startsWith('ca-index')) {
        arrive();
        await stalled;
      }
      return ca.store.commit(partition, writes);
    };
    const slow = { ...ca, store: { ...ca.store, commit } };
    const first = ACTIONS.CreateCertificateAuthority(slow, input);
    await arrived;
    const second = ACTIONS.CreateCertificateAuthority(ca, input);
    await expect(second).rejects.toMatchObject({ code: 'LimitExceededException' });
    proceed();
    await expect(first).resolves.toBeDefined();
  });

  const withCrl = (changes: object) => ({
    RevocationConfiguration: {
      CrlConfiguration: { Enabled: true, S3BucketName: 'bucket', ...changes },
    },
  });
  const withOcsp = (OcspConfiguration: object) => ({
    RevocationConfiguration: { OcspConfiguration },
  });
  const withConfiguration = (changes: object) => ({
    CertificateAuthorityConfiguration: { ...configuration, ...changes },
  });
  it.each([
    ['ValidationException', "'certificateAuthorityType'", { CertificateAuthorityType: 'LEAF' }],
    ['ValidationException', "'idempotencyToken'", { IdempotencyToken: '' }],
    ['ValidationException', "'tags'", { Tags: [] }],
    ['ValidationException', "'tags.1.member.key'", { Tags: [{ Key: '<' }] }],
    [
      'ValidationException',
      "'certificateAuthorityConfiguration.subject.country'",
      withConfiguration({ Subject: { Country: 'USA' } }),
    ],
    ['ValidationException', 'customPath', withCrl({ CustomPath: 'a//b' })],
    ['InvalidTagException', 'aws:', { Tags: [{ Key: 'AWS:x', Value: '' }] }],
    ['InvalidTagException', 'twice', { Tags: [{ Key: 'x' }, { Key: 'x' }] }],
    ['InvalidArgsException', 'at least one field', withConfiguration({ Subject: {} })],
    [
      'InvalidArgsException',
      'control characters',
      withConfiguration({ Subject: { CommonName: 'bank.example\0.evil.example' } }),
    ],
    [
      'InvalidArgsException',
      'Signing algorithm SHA256WITHRSA cannot be used with key type EC_prime256v1. Valid signing algorithms are: SHA256WITHECDSA, SHA384WITHECDSA, SHA512WITHECDSA.',
      withConfiguration({ SigningAlgorithm: 'SHA256WITHRSA' }),
    ],
    [
      'InvalidArgsException',
      'Key algorithm ML_DSA_65 is not supported here',
      withConfiguration({ KeyAlgorithm: 'ML_DSA_65', SigningAlgorithm: 'ML_DSA_65' }),
    ],
    [
      'InvalidArgsException',
      'Key algorithm SM2 is not supported here',
      withConfiguration({ KeyAlgorithm: 'SM2', SigningAlgorithm: 'SM3WITHSM2' }),
    ],
    [
      'InvalidArgsException',
      'cannot be created in this region with the specified security standard',
      { KeyStorageSecurityStandard: 'CCPC_LEVEL_1_OR_HIGHER' },
    ],
    [
      'InvalidArgsException',
      'AccessMethod',
      withConfiguration({
        CsrExtensions: {
          SubjectInformationAccess: [{ AccessMethod: {}, AccessLocation: { DnsName: 'a' } }],
        },
      }),
    ],
    ['InvalidArgsException', 'S3BucketName', withCrl({ S3BucketName: undefined })],
    ['InvalidArgsException', 'naming rules', withCrl({ S3BucketName: 'Bucket' })],
    ['InvalidArgsException', 'naming rules', withCrl({ S3BucketName: '192.168.1.1' })],
    ['ValidationException', 'only the Enabled=False parameter', withCrl({ Enabled: false })],
    ['InvalidArgsException', 'protocol prefix', withCrl({ CustomCname: 'http://crl.example' })],
    [
      'InvalidArgsException',
      'OmitExtension',
      withCrl({
        CustomCname: 'crl.example',
        CrlDistributionPointExtensionConfiguration: { OmitExtension: true },
      }),
    ],
    [
      'InvalidArgsException',
      'protocol prefix',
      withOcsp({ Enabled: true, OcspCustomCname: 'https://x' }),
    ],
    [
      'ValidationException',
      'only the Enabled=False parameter',
      withOcsp({ Enabled: false, OcspCustomCname: 'x' }),
    ],
  ])('refuses with %s and a message that contains "%s"', async (code, text, changes) => {
    const creating = ACTIONS.CreateCertificateAuthority(openTestPrivateCa(), {
      ...input,
      ...changes,
    });
    await expect(creating).rejects.toMatchObject({
      name: 'AwsError',
      code,
      message: expect.stringContaining(text) as unknown,
    });
  });
});

describe('an authority that does not exist', () => {
  it.each([
    [
      'ResourceNotFoundException',
      'arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/00000000-0000-4000-8000-000000000000',
    ],
    [
      'ResourceNotFoundException',
      'arn:aws:acm-pca:us-east-1:999999999999:certificate-authority/00000000-0000-4000-8000-000000000000',
    ],
    [
      'ResourceNotFoundException',
      'arn:aws:acm-pca:us-west-2:123456789012:certificate-authority/00000000-0000-4000-8000-000000000000',
    ],
    ['InvalidArnException', 'arn:aws:acm-pca:::template/EndEntityCertificate/V1'],
    ['ValidationException', 'arn:aws:s3:::bucket'],
  ])('is refused with %s for the ARN %s', async (code, CertificateAuthorityArn) => {
    const describing = ACTIONS.DescribeCertificateAuthority(openTestPrivateCa(), {
      CertificateAuthorityArn,
    });
    await expect(describing).rejects.toMatchObject({ name: 'AwsError', code });
  });
});
