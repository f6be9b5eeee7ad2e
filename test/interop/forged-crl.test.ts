import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodePem } from '../../src/asn1/pem.ts';
import { readConnectorPolicy } from '../../src/connectors/tags/connector-policy.ts';
import { decideExtensions } from '../../src/enrolment/authorise/decide-extensions.ts';
import { derSigned, signCertificate } from '../../src/x509/build-certificate.ts';
import { derRevokedCertificate, derTbsCertList } from '../../src/x509/build-crl.ts';
import type { Extension } from '../../src/x509/extensions.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifierOf,
  subjectKeyIdentifierExtension,
} from '../../src/x509/key-identifier.ts';
import { keyUsageExtension } from '../../src/x509/key-usage.ts';
import { parseCertificationRequest } from '../../src/x509/parse-certification-request.ts';
import { createSigner } from '../../src/x509/signing-algorithm.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { makeIdentity, rsaKeyPair } from '../support/keys/test-authority.ts';
import { deviceCsr, makeDevice } from '../support/scep-messages/test-device.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const java = requireClient('Java', ['java', 'javac']);
const RELYING_PARTY = path.join(import.meta.dirname, 'CheckRevocation.java');
const root = makeIdentity({ subject: 'CN=Lab Root,O=Lab', ca: {} });
const victim = makeIdentity({
  ...{ subject: 'CN=victim', issuer: root, keyUsage: ['digitalSignature'] },
  keys: rsaKeyPair(),
});
const device = makeDevice();

/** What a connector certifies to a device that asks for no extension. */
const decided = decideExtensions(
  parseCertificationRequest(deviceCsr(device)),
  readConnectorPolicy({}),
).extensions;

/**
 * A certificate of the device in the name of the CA, and a CRL that it signed in that name, which
 * revokes the victim; with the CA's own certificate and the victim's, as files.
 */
function forge(
  extensions: readonly Extension[],
): Record<'root' | 'victim' | 'device' | 'crl', string> {
  const spki = device.certificate.subjectPublicKeyInfo;
  const { subject } = root.certificate;
  const [hour, now] = [3_600_000, Date.now()];
  const [thisUpdate, nextUpdate] = [new Date(now - hour), new Date(now + hour)];
  const certificate = signCertificate(
    {
      ...{
        serialNumber: Buffer.of(7),
        signingAlgorithm: 'SHA256WITHRSA',
        issuer: subject,
        subject,
      },
      ...{ notBefore: thisUpdate, notAfter: nextUpdate, subjectPublicKeyInfo: spki },
      extensions: [
        subjectKeyIdentifierExtension(keyIdentifierOf(spki)),
        authorityKeyIdentifierExtension(keyIdentifierOf(root.certificate.subjectPublicKeyInfo)),
        ...extensions,
      ],
    },
    createSigner(root.privateKey, 'SHA256WITHRSA'),
  );
  const { serialNumber } = victim.certificate;
  const tbs = derTbsCertList({
    ...{ signingAlgorithm: 'SHA256WITHRSA', issuer: subject, crlNumber: 1, thisUpdate, nextUpdate },
    issuerKeyIdentifier: keyIdentifierOf(spki),
    revoked: [derRevokedCertificate({ serialNumber, revokedAt: thisUpdate, reason: 'superseded' })],
  });
  const crl = derSigned(
    tbs,
    'SHA256WITHRSA',
    createSigner(device.privateKey, 'SHA256WITHRSA')(tbs),
  );
  const directory = tempDirectory();
  const file = (name: string, label: string, der: Uint8Array) => {
    const written = path.join(directory, `${name}.pem`);
    writeFileSync(written, encodePem(label, der));
    return written;
  };
  return {
    root: file('root', 'CERTIFICATE', root.certificate.der),
    victim: file('victim', 'CERTIFICATE', victim.certificate.der),
    device: file('device', 'CERTIFICATE', certificate),
    crl: file('crl', 'X509 CRL', crl),
  };
}

async function askOpenssl(files: ReturnType<typeof forge>): Promise<string> {
  const { stdout, stderr } = await runCommand('openssl', [
    ...['verify', '-extended_crl', '-crl_check', '-CAfile', files.root],
    ...['-untrusted', files.device, '-CRLfile', files.crl, files.victim],
  ]);
  return stdout + stderr;
}

async function askJava({ root, victim, device, crl }: ReturnType<typeof forge>): Promise<string> {
  const { stdout, stderr } = await runCommand('java', [RELYING_PARTY, root, victim, device, crl]);
  return stdout + stderr;
}

describe('a CRL that a device signs in the name of its CA', () => {
  const without = decided.filter(({ oid }) => oid !== keyUsageExtension([]).oid);

  it('is no CRL for OpenSSL, but would be one if the certificate had no keyUsage', async () => {
    const before = await askOpenssl(forge(without));
    expect(before).toContain('certificate revoked');
    expect(before).not.toContain('[CRL path] error');
    expect(await askOpenssl(forge(decided))).toContain('[CRL path] error');
  });

  it.runIf(java)('is no CRL for the JDK, but would be one without keyUsage', async () => {
    expect(await askJava(forge(without))).toContain('REVOKED');
    expect(await askJava(forge(decided))).toContain('UNDETERMINED_REVOCATION_STATUS');
  });
});
