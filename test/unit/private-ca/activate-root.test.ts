import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/durations.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { activateRoot, type RootRequest } from '../../../src/private-ca/activate-root.ts';
import {
  authorityIndexPartition,
  indexedAuthorities,
} from '../../../src/private-ca/authority/authority-index.ts';
import { authorityIdOf } from '../../../src/private-ca/model/private-ca-arns.ts';
import { openPrivateCa } from '../../../src/private-ca/private-ca.ts';
import { listEntries } from '../../../src/store/collection.ts';
import { crashingStore } from '../../support/fakes/crashing-store.ts';
import { openTestPrivateCa, TEST_SCOPE } from '../../support/servers/open-test-private-ca.ts';

const request: RootRequest = {
  name: 'test',
  keyAlgorithm: 'EC_prime256v1',
  signingAlgorithm: 'SHA256WITHECDSA',
  subject: { Country: 'US', CommonName: 'Test Root' },
  validity: { Type: 'YEARS', Value: 10 },
};

describe('activateRoot', () => {
  it('makes an ACTIVE root that certifies itself', async () => {
    const ca = openTestPrivateCa();
    const CertificateAuthorityArn = await activateRoot(ca, request);
    const input = { CertificateAuthorityArn };
    const { CertificateAuthority: described } = await ACTIONS.DescribeCertificateAuthority(
      ca,
      input,
    );
    expect(described).toMatchObject({
      Arn: CertificateAuthorityArn,
      Status: 'ACTIVE',
      Type: 'ROOT',
    });
    const installed = await ACTIONS.GetCertificateAuthorityCertificate(ca, input);
    expect(installed).not.toHaveProperty('CertificateChain');
    const certificate = new X509Certificate(installed.Certificate);
    expect(certificate.subject).toBe('C=US\nCN=Test Root');
    expect(certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(described.Serial).toBe(BigInt(`0x${certificate.serialNumber}`).toString());
    expect(described.NotAfter).toEqual(new Date(certificate.validTo));
  });

  it('returns the same root to later and to simultaneous calls', async () => {
    const ca = openTestPrivateCa();
    const arns = await Promise.all(Array.from({ length: 5 }, () => activateRoot(ca, request)));
    expect(new Set([...arns, await activateRoot(ca, request)]).size).toBe(1);
    const other = await activateRoot(ca, { ...request, name: 'other' });
    expect(arns).not.toContain(other);
    const index = await listEntries(
      ca.store,
      authorityIndexPartition(TEST_SCOPE),
      indexedAuthorities,
      { limit: 10 },
    );
    expect(index.map(({ key }) => key).sort()).toEqual(
      [arns[0] ?? '', other].map((arn) => authorityIdOf(TEST_SCOPE, arn)).sort(),
    );
  });

  it('makes another root once the one with that name is gone for good', async () => {
    let now = Date.now();
    const ca = openTestPrivateCa({ clock: () => now });
    const CertificateAuthorityArn = await activateRoot(ca, request);
    await ACTIONS.UpdateCertificateAuthority(ca, { CertificateAuthorityArn, Status: 'DISABLED' });
    await ACTIONS.DeleteCertificateAuthority(ca, { CertificateAuthorityArn });
    now += 31 * DAY_MS;
    const another = await activateRoot(ca, request);
    expect(another).not.toBe(CertificateAuthorityArn);
    expect(await activateRoot(ca, request)).toBe(another);
  });

  const crashes = [1, 2, 3, 4, 5, 6].flatMap((commit) => [
    [commit, 'before'] as const,
    [commit, 'after'] as const,
  ]);
  it.each(crashes)('can be repeated after a crash at commit %d (%s it)', async (commit, moment) => {
    const ca = openTestPrivateCa();
    const dying = openPrivateCa({ ...ca, store: crashingStore(ca.store, commit, moment) });
    await expect(activateRoot(dying, request)).rejects.toThrow('killed');
    const CertificateAuthorityArn = await activateRoot(ca, request);
    const input = { CertificateAuthorityArn };
    const { CertificateAuthority } = await ACTIONS.DescribeCertificateAuthority(ca, input);
    expect(CertificateAuthority.Status).toBe('ACTIVE');
    expect(await activateRoot(ca, request)).toBe(CertificateAuthorityArn);
  });

  it('makes exactly the six commits that the crashes above cover', async () => {
    const ca = openTestPrivateCa();
    const surviving = openPrivateCa({ ...ca, store: crashingStore(ca.store, 7, 'before') });
    await expect(activateRoot(surviving, request)).resolves.toContain('certificate-authority/');
  });

  it('refuses a signing algorithm of another key family', async () => {
    const wrong = activateRoot(openTestPrivateCa(), {
      ...request,
      signingAlgorithm: 'SHA256WITHRSA',
    });
    await expect(wrong).rejects.toMatchObject({ code: 'InvalidArgsException' });
  });
});
