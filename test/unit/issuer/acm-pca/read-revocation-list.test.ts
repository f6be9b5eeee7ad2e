import { expect, it } from 'vitest';
import {
  hexSerialNumber,
  readRevocationList,
} from '../../../../src/issuer/acm-pca/read-revocation-list.ts';
import { derSigned } from '../../../../src/x509/build-certificate.ts';
import { derRevokedCertificate, derTbsCertList } from '../../../../src/x509/build-crl.ts';
import { keyIdentifierOf } from '../../../../src/x509/key-identifier.ts';
import { createSigner } from '../../../../src/x509/signing-algorithm.ts';
import { makeIdentity } from '../../../support/keys/test-authority.ts';

const NOW = Date.now();
const { certificate, privateKey } = makeIdentity({ subject: 'CN=Revoking', ca: {} });
const sign = createSigner(privateKey, 'SHA256WITHRSA');

const entry = (serial: string) =>
  derRevokedCertificate({
    serialNumber: Buffer.from(serial, 'hex'),
    revokedAt: new Date(NOW - 60_000),
    reason: 'keyCompromise',
  });

function listOf(revoked: readonly Uint8Array[], urls: readonly string[] = []): Uint8Array {
  const tbs = derTbsCertList({
    signingAlgorithm: 'SHA256WITHRSA',
    issuer: certificate.subject,
    issuerKeyIdentifier: keyIdentifierOf(certificate.subjectPublicKeyInfo),
    thisUpdate: new Date(NOW - 60_000),
    nextUpdate: new Date(NOW + 60_000),
    crlNumber: 1,
    revoked,
    issuingDistributionPoint: urls,
  });
  return derSigned(tbs, 'SHA256WITHRSA', sign(tbs));
}

it('yields to other work while it reads a long list', async () => {
  const same = entry('00ff01');
  const der = listOf([...Array.from({ length: 50_000 }, () => same), entry('02')]);
  let turns = 0;
  let isRead = false;
  const turn = () => {
    turns += 1;
    if (!isRead) setImmediate(turn);
  };
  setImmediate(turn);
  const { reasons } = await readRevocationList(der, { issuer: certificate, now: NOW });
  isRead = true;
  expect([...reasons.keys()]).toEqual(['ff01', '2']);
  expect(turns).toBeGreaterThanOrEqual(50);
});

it('writes serial numbers without leading zeros', () => {
  expect(['00', '0000ff', '0a'].map((hex) => hexSerialNumber(Buffer.from(hex, 'hex')))).toEqual([
    ...['0', 'ff', 'a'],
  ]);
});

it('accepts a partition only if it names the URL', async () => {
  const [one, other] = ['http://a.example/crl/1.crl', 'http://b.example/crl/1.crl'];
  const read = (urls: readonly string[], partitionUrl?: string) =>
    readRevocationList(listOf([], urls), { issuer: certificate, now: NOW, partitionUrl });
  expect((await read([one], one)).reasons.size).toBe(0);
  expect((await read([one, other], other)).reasons.size).toBe(0);
  for (const [urls, url] of [
    [[one], other],
    [[], one],
    [[one], undefined],
  ] as const) {
    await expect(read(urls, url)).rejects.toThrow('does not cover the certificates asked for');
  }
});
