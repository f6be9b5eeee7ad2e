import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { decodePem } from '../../../../src/asn1/pem.ts';
import { registerPollCommand, runPoll } from '../../../../src/cli/device/poll.ts';
import { fingerprintOf } from '../../../../src/cli/scep-client/trust-ca.ts';
import { UsageError } from '../../../../src/config/usage-error.ts';
import { transactionIdOf } from '../../../../src/scep/build-pki-request.ts';
import { parseCertificationRequest } from '../../../../src/x509/parse-certification-request.ts';
import { makeRequest } from '../../../support/clients/openssl.ts';
import { runClient, writeHolder } from '../../../support/clients/run-client.ts';
import {
  type FakeScepServer,
  issueFor,
  startFakeScepServer,
} from '../../../support/fakes/fake-scep-server.ts';
import { makeIdentity } from '../../../support/keys/test-authority.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

let server: FakeScepServer;
let out: string;
const pending = { keyFile: '', requestFile: '' };

beforeAll(async () => {
  server = await startFakeScepServer();
  Object.assign(pending, await makeRequest(tempDirectory(), 'device', { subject: '/CN=device' }));
});

beforeEach(() => {
  out = tempDirectory();
  server.log.length = 0;
  server.messages.length = 0;
  server.behaviour.verdict = () => ({
    send: { certificates: [issueFor(request(), server.issuingCa).certificate.der] },
  });
});

function request() {
  const [der = new Uint8Array()] = decodePem(
    ...(['CERTIFICATE REQUEST', readFileSync(pending.requestFile, 'latin1')] as const),
  );
  return parseCertificationRequest(der);
}

function poll(...more: readonly string[]) {
  return runClient(registerPollCommand, runPoll, [
    ...['poll', '--url', server.url.href, '--out', out],
    ...['--ca-fingerprint', fingerprintOf(server.root.certificate)],
    ...['--csr', pending.requestFile, '--key', pending.keyFile, ...more],
  ]);
}

function transactionIds() {
  return server.messages.map((message) => message.request.attributes.transactionId);
}

it('gets the certificate of a pending request with CertPoll only', async () => {
  expect(await poll()).toMatchObject({ code: 0, stderr: '', error: undefined });
  expect(server.log).toEqual(['GET GetCACaps', 'GET GetCACert', 'POST CertPoll']);
  expect(transactionIds()).toEqual([transactionIdOf(request().subjectPublicKeyInfo)]);
  expect(existsSync(path.join(out, 'certificate.pem'))).toBe(true);
  expect(existsSync(path.join(out, 'key.pem'))).toBe(false);
});

it('polls for the transaction of --transaction-id', async () => {
  expect(await poll('--transaction-id', 'TheirOwn/1=')).toMatchObject({ code: 0 });
  expect(transactionIds()).toEqual(['TheirOwn/1=']);
});

it('exits 3 after the last poll, and prints what to run later', async () => {
  server.behaviour.verdict = () => 'pending';
  const { code, stderr } = await poll('--poll-limit', '2');
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: expect.stringMatching(/^pending: .* Run the same command later/) as string,
  });
  expect(server.log.filter((line) => line === 'POST CertPoll')).toHaveLength(3);
});

it('polls for a renewal with the old certificate', async () => {
  const device = makeIdentity({ subject: 'CN=device', issuer: server.issuingCa });
  const { certificateFile, keyFile } = writeHolder(device);
  expect(await poll('--old-certificate', certificateFile, '--old-key', keyFile)).toMatchObject({
    code: 0,
  });
  expect(server.messages[0]?.signerCertificate.der).toEqual(device.certificate.der);
  expect(transactionIds()).toEqual([
    transactionIdOf(request().subjectPublicKeyInfo, device.certificate.der),
  ]);
  const { error } = await poll('--old-certificate', certificateFile, '--force');
  expect(error).toBeInstanceOf(UsageError);
});
