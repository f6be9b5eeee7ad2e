import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodePem, encodePem } from '../../../../src/asn1/pem.ts';
import { derNull } from '../../../../src/asn1/write-der.ts';
import { DAY_MS } from '../../../../src/durations.ts';
import { ACTIONS } from '../../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../../src/private-ca/activate-root.ts';
import { templateArnOf } from '../../../../src/private-ca/issuing/templates.ts';
import { basicConstraintsExtension } from '../../../../src/x509/basic-constraints.ts';
import { derSigned, derTbsCertificate } from '../../../../src/x509/build-certificate.ts';
import { keyUsageExtension } from '../../../../src/x509/key-usage.ts';
import { parseCertificationRequest } from '../../../../src/x509/parse-certification-request.ts';
import { sampleCertificate, sampleFields } from '../../../support/keys/sample-certificate.ts';
import { createTestAuthority } from '../../../support/servers/create-test-authority.ts';
import { openTestPrivateCa } from '../../../support/servers/open-test-private-ca.ts';

const YEAR_MS = 365 * DAY_MS;
const authority = basicConstraintsExtension({ ca: true }, true);

async function pendingAuthority(now = Date.now()) {
  const time = { now };
  const ca = openTestPrivateCa({ clock: () => time.now });
  const arn = await createTestAuthority(ca);
  const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, arn);
  const importing = (der: Uint8Array, more = {}) =>
    ACTIONS.ImportCertificateAuthorityCertificate(ca, {
      ...arn,
      Certificate: Buffer.from(encodePem('CERTIFICATE', der)),
      ...more,
    });
  return { ca, arn, Csr, importing, time };
}

/** A self-signed certificate for the authority's key, as its owner might make with other tools. */
async function ownCertificate(
  { ca, arn, Csr }: Awaited<ReturnType<typeof pendingAuthority>>,
  changes: Parameters<typeof sampleFields>[1] = {},
): Promise<Uint8Array> {
  const csr = parseCertificationRequest(
    decodePem('CERTIFICATE REQUEST', Csr)[0] ?? Buffer.alloc(0),
  );
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const fields = sampleFields(
    { privateKey, publicKey, spki: csr.subjectPublicKeyInfo },
    { extensions: [authority, keyUsageExtension(['keyCertSign'])], ...changes },
  );
  const tbs = derTbsCertificate(fields);
  const key = await ca.signingKeys.get(arn.CertificateAuthorityArn.slice(-36));
  return derSigned(tbs, 'SHA256WITHECDSA', await key.sign('SHA256WITHECDSA', tbs));
}

describe('ImportCertificateAuthorityCertificate', () => {
  it('activates the authority, which can then issue', async () => {
    const pending = await pendingAuthority();
    const { ca, arn, Csr, importing } = pending;
    const issue = () =>
      ACTIONS.IssueCertificate(ca, {
        ...arn,
        Csr: Buffer.from(Csr),
        SigningAlgorithm: 'SHA256WITHECDSA',
        Validity: { Type: 'DAYS', Value: 1 },
      });
    await expect(issue()).rejects.toMatchObject({
      code: 'InvalidStateException',
      message: 'The certificate authority is not in a valid state for issuing certificates',
    });
    await importing(await ownCertificate(pending));
    await expect(issue()).resolves.toHaveProperty('CertificateArn');
    const { CertificateAuthority } = await ACTIONS.DescribeCertificateAuthority(ca, arn);
    expect(CertificateAuthority).toMatchObject({ Status: 'ACTIVE', Serial: '9305357566071262703' });
  });

  it.each([
    ['CertificateMismatchException', 'a certificate for another key', {}, 'foreign'],
    ['MalformedCertificateException', 'no basicConstraints', { extensions: [] }, 'own'],
    [
      'MalformedCertificateException',
      'CA:FALSE',
      { extensions: [basicConstraintsExtension({ ca: false }, true)] },
      'own',
    ],
    [
      'MalformedCertificateException',
      'basicConstraints that are not critical',
      { extensions: [{ ...authority, critical: false }] },
      'own',
    ],
    [
      'MalformedCertificateException',
      'keyUsage without keyCertSign',
      { extensions: [authority, keyUsageExtension(['cRLSign'])] },
      'own',
    ],
    [
      'MalformedCertificateException',
      'a critical extension AWS rejects',
      { extensions: [authority, { oid: '2.5.29.31', critical: true, value: derNull() }] },
      'own',
    ],
    [
      'InvalidRequestException',
      'an expired certificate',
      { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') },
      'own',
    ],
  ])('refuses with %s %s', async (code, _, changes, whose) => {
    const pending = await pendingAuthority();
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    const der =
      whose === 'own'
        ? await ownCertificate(pending, changes)
        : sampleCertificate({ privateKey, publicKey, spki }, { extensions: [authority] });
    await expect(pending.importing(der)).rejects.toMatchObject({ code });
    const { CertificateAuthority } = await ACTIONS.DescribeCertificateAuthority(
      pending.ca,
      pending.arn,
    );
    expect(CertificateAuthority.Status).toBe('PENDING_CERTIFICATE');
  });

  it('refuses a root with a broken self-signature or a chain, and input that is no certificate', async () => {
    const pending = await pendingAuthority();
    const broken = Buffer.from(await ownCertificate(pending));
    broken[broken.length - 3] = (broken[broken.length - 3] ?? 0) ^ 1;
    await expect(pending.importing(broken)).rejects.toMatchObject({
      code: 'InvalidRequestException',
    });
    const CertificateChain = Buffer.from('chain');
    const withChain = pending.importing(await ownCertificate(pending), { CertificateChain });
    await expect(withChain).rejects.toMatchObject({ code: 'InvalidRequestException' });
    const junk = pending.importing(derNull());
    await expect(junk).rejects.toMatchObject({ code: 'MalformedCertificateException' });
    const text = pending.importing(derNull(), { Certificate: Buffer.from('not PEM') });
    await expect(text).rejects.toMatchObject({ code: 'MalformedCertificateException' });
  });

  it('an authority whose certificate ends is EXPIRED, does not issue, and can import a new one', async () => {
    const time = { now: Date.now() };
    const ca = openTestPrivateCa({ clock: () => time.now });
    const CertificateAuthorityArn = await activateRoot(ca, {
      name: 'short',
      keyAlgorithm: 'EC_prime256v1',
      signingAlgorithm: 'SHA256WITHECDSA',
      subject: { CommonName: 'Short' },
      validity: { Type: 'YEARS', Value: 1 },
    });
    const status = async () =>
      (await ACTIONS.DescribeCertificateAuthority(ca, { CertificateAuthorityArn }))
        .CertificateAuthority.Status;
    time.now += 2 * YEAR_MS;
    expect(await status()).toBe('EXPIRED');
    const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, { CertificateAuthorityArn });
    const issue = (TemplateArn: string) =>
      ACTIONS.IssueCertificate(ca, {
        CertificateAuthorityArn,
        Csr: Buffer.from(Csr),
        SigningAlgorithm: 'SHA256WITHECDSA',
        Validity: { Type: 'YEARS', Value: 1 },
        TemplateArn,
      });
    const leaf = issue(templateArnOf('EndEntityCertificate/V1'));
    await expect(leaf).rejects.toMatchObject({ code: 'InvalidStateException' });
    const { CertificateArn } = await issue(templateArnOf('RootCACertificate/V1'));
    const { Certificate } = await ACTIONS.GetCertificate(ca, {
      CertificateAuthorityArn,
      CertificateArn,
    });
    await ACTIONS.ImportCertificateAuthorityCertificate(ca, {
      CertificateAuthorityArn,
      Certificate: Buffer.from(Certificate),
    });
    expect(await status()).toBe('ACTIVE');
  });
});
