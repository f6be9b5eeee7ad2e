import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePem } from '../../src/asn1/pem.ts';
import { ACTIONS } from '../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../src/private-ca/activate-root.ts';
import { currentCrl } from '../../src/private-ca/crl/crls.ts';
import { scopedTo } from '../../src/private-ca/model/ca-context.ts';
import type { KeyAlgorithm } from '../../src/private-ca/model/key-algorithms.ts';
import { certificateArn } from '../../src/private-ca/model/private-ca-arns.ts';
import type { PrivateCa } from '../../src/private-ca/private-ca.ts';
import { type Wired, wire } from '../../src/wire.ts';
import type { SigningAlgorithm } from '../../src/x509/signing-algorithm.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { hasSoftHsm, openSoftHsm, type SoftHsm } from '../support/keys/soft-hsm.ts';
import { issueTestCertificate } from '../support/servers/open-revoking-ca.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const SCOPE = { region: 'eu-central-1', accountId: '123456789012' };
const directory = tempDirectory();
const storeDir = tempDirectory();
const masterKey = randomBytes(32);

const file = (name: string) => path.join(directory, name);

/** What OpenSSL says about a certificate and its CRL. */
async function verify(certificate: string): Promise<string> {
  const { stdout, stderr } = await runCommand('openssl', [
    ...['verify', '-x509_strict', '-crl_check_all', '-CAfile', file('ca.pem')],
    ...['-CRLfile', file('crl.pem'), file(certificate)],
  ]);
  return stdout + stderr;
}

describe.runIf(hasSoftHsm()).each<[KeyAlgorithm, SigningAlgorithm]>([
  ['RSA_2048', 'SHA256WITHRSA'],
  ['RSA_3072', 'SHA384WITHRSA_PSS'],
  ['EC_secp384r1', 'SHA384WITHECDSA'],
])('a CA whose key of %s is in SoftHSM, signing by %s', (keyAlgorithm, signingAlgorithm) => {
  let hsm: SoftHsm;
  let wired: Wired;
  let ca: PrivateCa;
  let arn: string;

  const start = async () => {
    const token = { ...hsm, forNewKeys: true, report: () => undefined };
    wired = await wire({ storeDir, masterKey, token });
    ca = scopedTo(wired.privateCa, SCOPE);
  };
  const stop = async () => {
    await wired.privateCa.tokenKeys?.close();
    await wired.store.close();
  };
  const saveCertificate = async (name: string, serial: string) => {
    const { Certificate } = await ACTIONS.GetCertificate(ca, {
      CertificateAuthorityArn: arn,
      CertificateArn: certificateArn(arn, serial),
    });
    writeFileSync(file(name), Certificate);
  };
  const saveRevocationList = async () => {
    const crl = (await currentCrl(ca, arn)) ?? Buffer.alloc(0);
    writeFileSync(file('crl.pem'), encodePem('X509 CRL', crl));
  };

  beforeAll(async () => {
    hsm = await openSoftHsm();
    await start();
    arn = await activateRoot(ca, {
      ...{ name: keyAlgorithm, keyAlgorithm, signingAlgorithm },
      subject: { CommonName: `${keyAlgorithm} Root` },
      validity: { Type: 'YEARS', Value: 10 },
    });
    const input = { CertificateAuthorityArn: arn };
    const { Certificate } = await ACTIONS.GetCertificateAuthorityCertificate(ca, input);
    writeFileSync(file('ca.pem'), Certificate);
  });
  afterAll(stop);

  it('issues, and signs CRLs', async () => {
    const serial = await issueTestCertificate(ca, arn, 30, signingAlgorithm);
    await saveCertificate('device.pem', serial);
    await saveRevocationList();
    expect(await verify('device.pem')).toContain('device.pem: OK');
    await ACTIONS.RevokeCertificate(ca, {
      CertificateAuthorityArn: arn,
      CertificateSerial: serial,
      RevocationReason: 'KEY_COMPROMISE',
    });
    await saveRevocationList();
    expect(await verify('device.pem')).toContain('certificate revoked');
  });

  it('continues after a restart', async () => {
    await stop();
    await start();
    await saveCertificate('later.pem', await issueTestCertificate(ca, arn, 30, signingAlgorithm));
    await saveRevocationList();
    expect(await verify('later.pem')).toContain('later.pem: OK');
  });

  it('has no private key in the store', () => {
    const stored = readdirSync(storeDir).map((name) => readFileSync(path.join(storeDir, name)));
    expect(stored.length).toBeGreaterThan(0);
    expect(stored.some((bytes) => bytes.includes('sealedPrivateKey'))).toBe(false);
  });
});
