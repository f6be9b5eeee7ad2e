import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodePem } from '../../../src/asn1/pem.ts';
import { ACTIONS } from '../../../src/private-ca/actions.ts';
import { formatName, parseName } from '../../../src/x509/distinguished-name.ts';
import { parseCertificationRequest } from '../../../src/x509/parse-certification-request.ts';
import { openInMemoryRecordStore } from '../../support/in-memory-record-store.ts';
import { openTestPrivateCa } from '../../support/open-test-private-ca.ts';
import { runOrThrow } from '../../support/run-command.ts';

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

describe('CreateCertificateAuthority', () => {
  it('makes an authority that waits for its certificate', async () => {
    const ca = openTestPrivateCa();
    const arn = await ACTIONS.CreateCertificateAuthority(ca, input);
    expect(arn.CertificateAuthorityArn).toMatch(
      /^arn:aws:acm-pca:us-east-1:123456789012:certificate-authority\/[0-9a-f-]{36}$/,
    );
    const { CertificateAuthority } = await ACTIONS.DescribeCertificateAuthority(ca, arn);
    expect(CertificateAuthority).toMatchObject({
      Arn: arn.CertificateAuthorityArn,
      OwnerAccount: '123456789012',
      Status: 'PENDING_CERTIFICATE',
      CertificateAuthorityConfiguration: configuration,
      RevocationConfiguration: { CrlConfiguration: { Enabled: false } },
    });
    expect(CertificateAuthority).not.toHaveProperty('Serial');
    const certificate = ACTIONS.GetCertificateAuthorityCertificate(ca, arn);
    await expect(certificate).rejects.toMatchObject({ code: 'InvalidStateException' });
  });

  it.each([
    ['RSA_2048', 'SHA256WITHRSA'],
    ['RSA_3072', 'SHA384WITHRSA'],
    ['EC_prime256v1', 'SHA512WITHECDSA'],
    ['EC_secp384r1', 'SHA384WITHECDSA'],
    ['EC_secp521r1', 'SHA512WITHECDSA'],
  ])('gives a CSR with %s that OpenSSL verifies', async (KeyAlgorithm, SigningAlgorithm) => {
    const ca = openTestPrivateCa();
    const arn = await ACTIONS.CreateCertificateAuthority(ca, {
      ...input,
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
  });

  it('keeps the private key out of the store in the clear', async () => {
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
    await ACTIONS.CreateCertificateAuthority(ca, input);
    const stored = values.join('\n');
    expect(stored).toContain('sealedPrivateKey');
    // Each PKCS #8 key begins with SEQUENCE, version 0, the algorithm: this in base64 for P-256.
    expect(stored).not.toContain('MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg');
  });

  it('makes one authority for a token within five minutes, also for calls at once', async () => {
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

  it('makes an authority for every call without a token', async () => {
    const ca = openTestPrivateCa();
    const first = await ACTIONS.CreateCertificateAuthority(ca, input);
    expect(await ACTIONS.CreateCertificateAuthority(ca, input)).not.toEqual(first);
  });

  it.each([
    [
      'ValidationException',
      "'certificateAuthorityType'",
      { CertificateAuthorityType: 'SUBORDINATE' },
    ],
    ['ValidationException', "'revocationConfiguration'", { RevocationConfiguration: {} }],
    ['ValidationException', "'usageMode'", { UsageMode: 'SHORT_LIVED_CERTIFICATE' }],
    ['ValidationException', "'tags'", { Tags: [] }],
    ['ValidationException', "'idempotencyToken'", { IdempotencyToken: '' }],
    ['ValidationException', 'Surprise', { Surprise: 1 }],
    [
      'ValidationException',
      "'certificateAuthorityConfiguration.subject.country'",
      { CertificateAuthorityConfiguration: { ...configuration, Subject: { Country: 'USA' } } },
    ],
    [
      'ValidationException',
      'customAttributes',
      {
        CertificateAuthorityConfiguration: { ...configuration, Subject: { CustomAttributes: [] } },
      },
    ],
    [
      'InvalidArgsException',
      'at least one field',
      { CertificateAuthorityConfiguration: { ...configuration, Subject: {} } },
    ],
    [
      'InvalidArgsException',
      'Signing algorithm SHA256WITHRSA cannot be used with key type EC_prime256v1. Valid signing algorithms are: SHA256WITHECDSA, SHA384WITHECDSA, SHA512WITHECDSA.',
      {
        CertificateAuthorityConfiguration: { ...configuration, SigningAlgorithm: 'SHA256WITHRSA' },
      },
    ],
  ])('refuses with %s that names %s', async (code, text, changes) => {
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

describe('an authority that is not there', () => {
  it.each([
    [
      'ResourceNotFoundException',
      'arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/00000000-0000-4000-8000-000000000000',
    ],
    [
      'InvalidArnException',
      'arn:aws:acm-pca:us-east-1:999999999999:certificate-authority/00000000-0000-4000-8000-000000000000',
    ],
    [
      'InvalidArnException',
      'arn:aws:acm-pca:us-west-2:123456789012:certificate-authority/00000000-0000-4000-8000-000000000000',
    ],
    ['InvalidArnException', 'arn:aws:acm-pca:::template/EndEntityCertificate/V1'],
    ['ValidationException', 'arn:aws:s3:::bucket'],
  ])('gives %s for %s', async (code, CertificateAuthorityArn) => {
    const describing = ACTIONS.DescribeCertificateAuthority(openTestPrivateCa(), {
      CertificateAuthorityArn,
    });
    await expect(describing).rejects.toMatchObject({ name: 'AwsError', code });
  });
});
