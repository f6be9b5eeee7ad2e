import { X509Certificate } from 'node:crypto';
import { ACMPCA } from '@aws-sdk/client-acm-pca';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_CSR } from '../support/servers/authorities-of-all-states.ts';
import { createTestAuthority, ROOT_INPUT } from '../support/servers/create-test-authority.ts';
import { activateTestRoot, activateTestSubordinate } from '../support/servers/issuing-ca.ts';
import {
  type RunningPrivateCaApi,
  startPrivateCaApi,
} from '../support/servers/start-private-ca-api.ts';

/**
 * What tools make of answers. Terraform and cert-manager's issuer match on error texts of AWS,
 * which the API model does not contain.
 */

let running: RunningPrivateCaApi;
let client: ACMPCA;
beforeAll(async () => {
  running = await startPrivateCaApi();
  const { apiUrl, region, ...credentials } = running.access;
  client = new ACMPCA({ endpoint: apiUrl, region, credentials, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await running.stop();
});

const pending = () => createTestAuthority(running.ca);
const active = async () => ({ CertificateAuthorityArn: await activateTestRoot(running.ca) });

async function deleted() {
  const arn = await pending();
  await client.deleteCertificateAuthority({ ...arn, PermanentDeletionTimeInDays: 30 });
  return arn;
}

function refused(name: string, message: string) {
  return expect.objectContaining({ name, message }) as unknown;
}

const request = {
  ...{ Csr: Buffer.from(SAMPLE_CSR), SigningAlgorithm: 'SHA256WITHECDSA' as const },
  Validity: { Type: 'DAYS' as const, Value: 30 },
};

describe('Terraform', () => {
  it('polls until a new CA is PENDING_CERTIFICATE, and reads all of it', async () => {
    const { CertificateAuthorityConfiguration } = ROOT_INPUT;
    const { CertificateAuthorityArn = '' } = await client.createCertificateAuthority({
      CertificateAuthorityType: 'SUBORDINATE',
      CertificateAuthorityConfiguration: {
        ...CertificateAuthorityConfiguration,
        ...{ KeyAlgorithm: 'EC_prime256v1', SigningAlgorithm: 'SHA256WITHECDSA' },
      },
      RevocationConfiguration: { CrlConfiguration: { Enabled: false } },
    });
    const arn = { CertificateAuthorityArn };
    const status = async () =>
      (await client.describeCertificateAuthority(arn)).CertificateAuthority?.Status;
    expect(['CREATING', 'PENDING_CERTIFICATE']).toContain(await status());
    await expect.poll(status).toBe('PENDING_CERTIFICATE');
    expect(await client.getCertificateAuthorityCsr(arn)).toHaveProperty('Csr');
    // The tool takes this error for "has no certificate yet".
    await expect(client.getCertificateAuthorityCertificate(arn)).rejects.toMatchObject({
      name: 'InvalidStateException',
    });
    expect((await client.listTags(arn)).Tags).toEqual([]);
    expect((await client.listPermissions(arn)).Permissions).toEqual([]);
  });

  it('destroys a CA that never had a certificate, although it cannot be disabled', async () => {
    const arn = await pending();
    await expect(client.updateCertificateAuthority({ ...arn, Status: 'DISABLED' })).rejects.toEqual(
      refused(
        'InvalidStateException',
        'The certificate authority must be in the ACTIVE or DISABLED state to be updated',
      ),
    );
    await client.deleteCertificateAuthority({ ...arn, PermanentDeletionTimeInDays: 7 });
    const { CertificateAuthority } = await client.describeCertificateAuthority(arn);
    expect(CertificateAuthority?.Status).toBe('DELETED');
  });

  it('waits until a CA is ACTIVE', async () => {
    await expect(client.issueCertificate({ ...(await pending()), ...request })).rejects.toEqual(
      refused(
        'InvalidStateException',
        'The certificate authority is not in a valid state for issuing certificates',
      ),
    );
  });

  it('finds no permissions, tags and policies of a deleted CA', async () => {
    const arn = await deleted();
    const gone = refused(
      'InvalidStateException',
      'The certificate authority is in the DELETED state and must be restored to complete this action.',
    );
    await expect(client.listPermissions(arn)).rejects.toEqual(gone);
    await expect(client.listTags(arn)).rejects.toEqual(gone);
    await expect(client.getPolicy({ ResourceArn: arn.CertificateAuthorityArn })).rejects.toEqual(
      gone,
    );
  });

  it('finds no certificate of a deleted CA', async () => {
    const arn = await active();
    const { CertificateArn } = await client.issueCertificate({ ...arn, ...request });
    await client.updateCertificateAuthority({ ...arn, Status: 'DISABLED' });
    await client.deleteCertificateAuthority(arn);
    await expect(client.getCertificate({ ...arn, CertificateArn })).rejects.toEqual(
      refused(
        'InvalidStateException',
        `The certificate authority ${arn.CertificateAuthorityArn} is not in the correct state to have issued certificates.`,
      ),
    );
  });

  it('revokes a certificate by the digits of its serial number, and leaves that of a root', async () => {
    const arn = await active();
    const { CertificateArn } = await client.issueCertificate({ ...arn, ...request });
    const { Certificate = '' } = await client.getCertificate({ ...arn, CertificateArn });
    const own = await client.getCertificateAuthorityCertificate(arn);
    const revoke = (pem: string) => {
      const number = BigInt(`0x${new X509Certificate(pem).serialNumber}`);
      const CertificateSerial = number.toString(16);
      return client.revokeCertificate({
        ...{ ...arn, CertificateSerial, RevocationReason: 'UNSPECIFIED' },
      });
    };
    await revoke(Certificate);
    await expect(revoke(Certificate)).rejects.toMatchObject({
      name: 'RequestAlreadyProcessedException',
    });
    await expect(revoke(own.Certificate ?? '')).rejects.toEqual(
      refused('InvalidRequestException', 'Self-signed certificate can not be revoked'),
    );
  });
});

describe('aws-privateca-issuer', () => {
  it('issues its own CSR until a given time, once for its token', async () => {
    const root = await activateTestRoot(running.ca);
    const arn = {
      CertificateAuthorityArn: await activateTestSubordinate(
        running.ca,
        root,
        'SubordinateCACertificate_PathLen0/V1',
      ),
    };
    const { CertificateAuthority } = await client.describeCertificateAuthority(arn);
    const until = Math.floor(Date.now() / 1_000) + 86_400;
    const asked = {
      ...{ ...arn, Csr: Buffer.from(SAMPLE_CSR) },
      SigningAlgorithm: CertificateAuthority?.CertificateAuthorityConfiguration?.SigningAlgorithm,
      TemplateArn: 'arn:aws:acm-pca:::template/BlankEndEntityCertificate_APICSRPassthrough/V1',
      Validity: { Type: 'ABSOLUTE' as const, Value: until },
      IdempotencyToken: '0123456789abcdef0123456789abcdef0123',
    };
    const { CertificateArn } = await client.issueCertificate(asked);
    expect(await client.issueCertificate(asked)).toMatchObject({ CertificateArn });
    const { Certificate, CertificateChain } = await client.getCertificate({
      ...{ ...arn, CertificateArn },
    });
    const leaf = new X509Certificate(Certificate ?? '');
    expect(Date.parse(leaf.validTo)).toBe(until * 1_000);
    // The tool joins the two with a newline and takes the last certificate for the root.
    const bundle = `${String(Certificate)}\n${String(CertificateChain)}`;
    const pems = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const [first, issuer, last] = pems.map((pem) => new X509Certificate(pem));
    expect(pems).toHaveLength(3);
    if (!first || !issuer || !last) throw new Error('there are three certificates');
    expect(first.raw).toEqual(leaf.raw);
    expect([first.checkIssued(issuer), issuer.checkIssued(last), last.checkIssued(last)]).toEqual([
      ...[true, true, true],
    ]);
  });
});
