import {
  ACMPCA,
  paginateListCertificateAuthorities,
  waitUntilCertificateAuthorityCSRCreated,
  waitUntilCertificateIssued,
} from '@aws-sdk/client-acm-pca';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePrivateCa } from '../../src/http/serve-private-ca.ts';
import { openTestPrivateCa } from '../support/open-test-private-ca.ts';
import { TEST_ACCESS_KEY } from '../support/sign-request.ts';
import type { RunningApi } from '../support/start-api.ts';
import { startApi } from '../support/start-api.ts';

let api: RunningApi;
let client: ACMPCA;

beforeAll(async () => {
  const gates = { limitRate: () => Promise.resolve(), resourceTags: () => Promise.resolve({}) };
  api = await startApi({ servePrivateCa: servePrivateCa(openTestPrivateCa(), gates) });
  client = new ACMPCA({
    endpoint: api.url,
    region: 'eu-central-1',
    credentials: TEST_ACCESS_KEY,
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await api.stop();
});

const waiting = () => ({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 });
const blob = (pem: string | undefined) => Buffer.from(pem ?? '');

async function create(type: 'ROOT' | 'SUBORDINATE', CommonName: string, Tags = {}) {
  const { CertificateAuthorityArn } = await client.createCertificateAuthority({
    CertificateAuthorityType: type,
    CertificateAuthorityConfiguration: {
      KeyAlgorithm: 'EC_prime256v1',
      SigningAlgorithm: 'SHA256WITHECDSA',
      Subject: { CommonName },
    },
    ...Tags,
  });
  const arn = { CertificateAuthorityArn };
  await waitUntilCertificateAuthorityCSRCreated(waiting(), arn);
  return arn;
}

type Arn = Awaited<ReturnType<typeof create>>;

/** As the user guide does it by hand. */
async function activate(arn: Arn, issuer: Arn, template: string, years: number): Promise<void> {
  const { Csr } = await client.getCertificateAuthorityCsr(arn);
  const { CertificateArn } = await client.issueCertificate({
    ...issuer,
    Csr: blob(Csr),
    SigningAlgorithm: 'SHA256WITHECDSA',
    TemplateArn: `arn:aws:acm-pca:::template/${template}/V1`,
    Validity: { Type: 'YEARS', Value: years },
  });
  await waitUntilCertificateIssued(waiting(), { ...issuer, CertificateArn });
  const issued = await client.getCertificate({ ...issuer, CertificateArn });
  await client.importCertificateAuthorityCertificate({
    ...arn,
    Certificate: blob(issued.Certificate),
    ...(issued.CertificateChain && { CertificateChain: blob(issued.CertificateChain) }),
  });
}

describe('the AWS SDK for JavaScript', () => {
  it('makes a root and a subordinate, and reads what they are', async () => {
    const root = await create('ROOT', 'SDK Root', { Tags: [{ Key: 'team', Value: 'pki' }] });
    await activate(root, root, 'RootCACertificate', 10);
    const below = await create('SUBORDINATE', 'SDK Subordinate');
    await activate(below, root, 'SubordinateCACertificate_PathLen0', 5);
    const { CertificateAuthority } = await client.describeCertificateAuthority(below);
    expect(CertificateAuthority).toMatchObject({
      Arn: below.CertificateAuthorityArn,
      Status: 'ACTIVE',
      Type: 'SUBORDINATE',
      NotAfter: expect.any(Date) as Date,
      RevocationConfiguration: { CrlConfiguration: { Enabled: false } },
    });
    expect(below.CertificateAuthorityArn).toContain(':eu-central-1:');
    const own = await client.getCertificateAuthorityCertificate(below);
    const parent = await client.getCertificateAuthorityCertificate(root);
    expect(own.CertificateChain).toBe(parent.Certificate);
    expect(parent.CertificateChain).toBeUndefined();
    expect((await client.listTags(root)).Tags).toEqual([{ Key: 'team', Value: 'pki' }]);
    const pages: number[] = [];
    for await (const page of paginateListCertificateAuthorities({ client, pageSize: 1 }, {})) {
      pages.push(page.CertificateAuthorities?.length ?? 0);
    }
    expect(pages).toEqual([1, 1]);
  });

  it('tags, permits, sets a policy, updates, deletes and restores', async () => {
    const arn = await create('ROOT', 'SDK Life');
    const Principal = 'acm.amazonaws.com';
    await client.tagCertificateAuthority({
      ...arn,
      Tags: [{ Key: 'a' }, { Key: 'b', Value: 'c' }],
    });
    await client.untagCertificateAuthority({ ...arn, Tags: [{ Key: 'a' }] });
    expect((await client.listTags(arn)).Tags).toEqual([{ Key: 'b', Value: 'c' }]);
    await client.createPermission({ ...arn, Principal, Actions: ['GetCertificate'] });
    const { Permissions } = await client.listPermissions(arn);
    expect(Permissions).toMatchObject([{ Principal, CreatedAt: expect.any(Date) as Date }]);
    await client.deletePermission({ ...arn, Principal });
    const ResourceArn = arn.CertificateAuthorityArn;
    await expect(client.getPolicy({ ResourceArn })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(client.putPolicy({ ResourceArn, Policy: '{}' })).rejects.toMatchObject({
      name: 'InvalidPolicyException',
    });
    await client.deletePolicy({ ResourceArn });
    await activate(arn, arn, 'RootCACertificate', 1);
    await client.updateCertificateAuthority({ ...arn, Status: 'DISABLED' });
    await client.deleteCertificateAuthority({ ...arn, PermanentDeletionTimeInDays: 7 });
    await expect(client.listTags(arn)).rejects.toMatchObject({
      name: 'InvalidStateException',
      message:
        'The certificate authority is in the DELETED state and must be restored to complete this action.',
    });
    const { CertificateAuthority } = await client.describeCertificateAuthority(arn);
    expect(CertificateAuthority?.RestorableUntil).toBeInstanceOf(Date);
    await client.restoreCertificateAuthority(arn);
    await client.updateCertificateAuthority({ ...arn, Status: 'ACTIVE' });
  });

  it.each([
    ['ValidationException', { CertificateAuthorityArn: 'x' }],
    ['InvalidArnException', { CertificateAuthorityArn: 'arn:aws:acm-pca:::template/x' }],
    [
      'ResourceNotFoundException',
      {
        CertificateAuthorityArn:
          'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/00000000-0000-4000-8000-000000000000',
      },
    ],
  ])('gets %s for %j', async (name, input) => {
    await expect(client.describeCertificateAuthority(input)).rejects.toMatchObject({ name });
  });

  it('gets SerializationException for a blob that is no base64', async () => {
    const reply = await api.send({
      method: 'POST',
      target: '/',
      service: 'acm-pca',
      headers: {
        'X-Amz-Target': 'ACMPrivateCA.ImportCertificateAuthorityCertificate',
        'Content-Type': 'application/x-amz-json-1.1',
      },
      body: JSON.stringify({ CertificateAuthorityArn: 'x', Certificate: '*' }),
    });
    expect(reply).toMatchObject({ status: 400, error: 'SerializationException' });
  });
});
