import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodePem } from '../../../../src/asn1/pem.ts';
import {
  registerGetCertificateCommand,
  runGetCertificate,
} from '../../../../src/cli/device/get-certificate.ts';
import { registerGetCrlCommand, runGetCrl } from '../../../../src/cli/device/get-crl.ts';
import { registerGetNextCaCommand, runGetNextCa } from '../../../../src/cli/device/get-next-ca.ts';
import { ScepClientError } from '../../../../src/cli/scep-client/scep-client-error.ts';
import { fingerprintOf } from '../../../../src/cli/scep-client/trust-ca.ts';
import { derIssuerAndSerialNumber } from '../../../../src/cms/entity-identifier.ts';
import { UsageError } from '../../../../src/config/usage-error.ts';
import { derSigned } from '../../../../src/x509/build-certificate.ts';
import { derTbsCertList } from '../../../../src/x509/build-crl.ts';
import { keyIdentifierOf } from '../../../../src/x509/key-identifier.ts';
import { createSigner } from '../../../../src/x509/signing-algorithm.ts';
import { runClient, writeHolder } from '../../../support/clients/run-client.ts';
import {
  type FakeScepServer,
  startFakeScepServer,
} from '../../../support/fakes/fake-scep-server.ts';
import { type Identity, makeIdentity } from '../../../support/keys/test-authority.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

let server: FakeScepServer;
let device: Identity;
let holder: readonly string[];
let serverArgs: readonly string[];

beforeAll(async () => {
  server = await startFakeScepServer();
  device = makeIdentity({ subject: 'CN=device', issuer: server.issuingCa });
  const { certificateFile, keyFile } = writeHolder(device);
  holder = ['--certificate', certificateFile, '--key', keyFile];
  const fingerprint = fingerprintOf(server.root.certificate);
  serverArgs = ['--url', server.url.href, '--ca-fingerprint', fingerprint];
});

beforeEach(() => {
  server.log.length = 0;
  server.messages.length = 0;
  server.behaviour.signer = server.ra;
});

function crlOf({ certificate, privateKey }: Identity): Uint8Array {
  const tbs = derTbsCertList({
    ...{ signingAlgorithm: 'SHA256WITHRSA', issuer: certificate.subject, crlNumber: 1 },
    ...{ thisUpdate: new Date(), nextUpdate: new Date(Date.now() + 86_400_000), revoked: [] },
    issuerKeyIdentifier: keyIdentifierOf(certificate.subjectPublicKeyInfo),
  });
  return derSigned(tbs, 'SHA256WITHRSA', createSigner(privateKey, 'SHA256WITHRSA')(tbs));
}

describe('get-certificate', () => {
  const get = (...more: readonly string[]) =>
    runClient(registerGetCertificateCommand, runGetCertificate, [
      ...['get-certificate', ...serverArgs, ...holder, ...more],
    ]);
  const hex = ({ certificate }: Identity) =>
    Buffer.from(certificate.serialNumber).toString('hex').toUpperCase();

  it('prints the certificate with the serial number', async () => {
    const wanted = makeIdentity({ subject: 'CN=wanted', issuer: server.issuingCa });
    server.behaviour.verdict = () => ({ send: { certificates: [wanted.certificate.der] } });
    const { code, stdout, stderr } = await get('--serial', hex(wanted));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(decodePem('CERTIFICATE', stdout)).toEqual([Buffer.from(wanted.certificate.der)]);
    expect(server.log.at(-1)).toBe('POST GetCert');
    const [message] = server.messages;
    expect(message?.signerCertificate.der).toEqual(device.certificate.der);
    expect(Buffer.from(message?.content ?? [])).toEqual(
      derIssuerAndSerialNumber(wanted.certificate),
    );
  });

  it('refuses another certificate, and one of another CA', async () => {
    const wanted = hex(device);
    server.behaviour.verdict = () => ({ send: { certificates: [server.ra.certificate.der] } });
    expect((await get('--serial', wanted)).error).toHaveProperty(
      ...['message', expect.stringMatching(/another certificate/)],
    );
    const impostor = makeIdentity({ subject: 'CN=Issuing CA', ca: {} });
    const { certificate } = makeIdentity({ subject: 'CN=forged', issuer: impostor });
    server.behaviour.verdict = () => ({ send: { certificates: [certificate.der] } });
    const serial = Buffer.from(certificate.serialNumber).toString('hex');
    expect((await get('--serial', serial)).error).toHaveProperty(
      ...['message', expect.stringMatching(/did not sign/)],
    );
  });

  it('exits 1 with the failInfo when the server refuses', async () => {
    server.behaviour.verdict = () => ({ refuse: 'badCertId', text: 'Not\x1byours.' });
    const { code, stdout, stderr } = await get('--serial', '0a', '--json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'refused: badCertId: Not yours.\n' });
    expect(JSON.parse(stdout)).toEqual({
      ...{ status: 'refused', failInfo: 'badCertId', failInfoText: 'Not yours.' },
    });
  });

  it('fails when the server answers PENDING', async () => {
    server.behaviour.verdict = () => 'pending';
    expect((await get('--serial', '0a')).error).toBeInstanceOf(ScepClientError);
  });
});

describe('get-crl', () => {
  const get = (...more: readonly string[]) =>
    runClient(registerGetCrlCommand, runGetCrl, ['get-crl', ...serverArgs, ...holder, ...more]);

  it('writes the CRL of the CA that issued the certificate', async () => {
    const crl = crlOf(server.issuingCa);
    server.behaviour.verdict = () => ({ send: { crls: [crl] } });
    const out = path.join(tempDirectory(), 'ca.crl');
    const { code, stdout } = await get('--out', out, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ status: 'found', file: out });
    expect(decodePem('X509 CRL', readFileSync(out, 'latin1'))).toEqual([Buffer.from(crl)]);
    expect(server.log.at(-1)).toBe('POST GetCRL');
    expect(Buffer.from(server.messages[0]?.content ?? [])).toEqual(
      derIssuerAndSerialNumber(device.certificate),
    );
    const again = await get('--out', out);
    expect(again.error).toBeInstanceOf(UsageError);
  });

  it('refuses a CRL that the trusted CA did not sign, and a certificate instead of a CRL', async () => {
    const impostor = makeIdentity({ subject: 'CN=Issuing CA', ca: {} });
    server.behaviour.verdict = () => ({ send: { crls: [crlOf(impostor)] } });
    expect((await get()).error).toHaveProperty('message', expect.stringMatching(/did not sign/));
    server.behaviour.verdict = () => ({ send: { certificates: [device.certificate.der] } });
    expect((await get()).error).toHaveProperty('message', expect.stringMatching(/no CRL/));
  });
});

describe('get-next-ca', () => {
  const get = (...more: readonly string[]) =>
    runClient(registerGetNextCaCommand, runGetNextCa, ['get-next-ca', ...serverArgs, ...more]);

  it('prints the next certificates in the order of the reply', async () => {
    const next = makeIdentity({ subject: 'CN=Next RA', issuer: server.issuingCa });
    server.behaviour.nextCa = [next, server.issuingCa];
    const { code, stdout } = await get();
    expect(code).toBe(0);
    expect(decodePem('CERTIFICATE', stdout)).toEqual(
      [next, server.issuingCa].map(({ certificate }) => Buffer.from(certificate.der)),
    );
  });

  it('refuses a reply that the present CA did not sign', async () => {
    server.behaviour.signer = makeIdentity({ subject: 'CN=RA' });
    const out = path.join(tempDirectory(), 'next.pem');
    const { error } = await get('--out', out);
    expect(error).toBeInstanceOf(ScepClientError);
    expect(existsSync(out)).toBe(false);
  });

  it('reports HTTP 404 when the server has no next CA', async () => {
    server.behaviour.nextCa = undefined;
    const { error } = await get('--json');
    expect(error).toHaveProperty('message', expect.stringMatching(/HTTP 404/));
  });
});
