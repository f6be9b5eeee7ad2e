import { createPublicKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CommanderError } from 'commander';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { registerRenewCommand, runRenew } from '../../../../src/cli/device/renew.ts';
import { ScepClientError } from '../../../../src/cli/scep-client/scep-client-error.ts';
import { fingerprintOf } from '../../../../src/cli/scep-client/trust-ca.ts';
import { UsageError } from '../../../../src/config/usage-error.ts';
import { challengePasswords } from '../../../../src/scep/challenge-passwords.ts';
import { importPublicKey } from '../../../../src/x509/public-key.ts';
import { runClient, writeHolder } from '../../../support/clients/run-client.ts';
import {
  type FakeScepServer,
  startFakeScepServer,
} from '../../../support/fakes/fake-scep-server.ts';
import { type Identity, makeIdentity } from '../../../support/keys/test-authority.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

let server: FakeScepServer;
let device: Identity;
let files: ReturnType<typeof writeHolder>;
let out: string;

beforeAll(async () => {
  server = await startFakeScepServer();
  device = makeIdentity({
    ...{ subject: 'CN=device,O=Lab', issuer: server.issuingCa, keyUsage: ['digitalSignature'] },
    ...{ extendedKeyUsage: [OID.clientAuth] },
    subjectAltName: [{ kind: 'dNSName', value: 'd.example' }],
  });
  files = writeHolder(device);
});

beforeEach(() => {
  out = tempDirectory();
  for (const list of [server.log, server.requests, server.messages]) list.length = 0;
});

function renew(...more: readonly string[]) {
  const { certificateFile, keyFile } = files;
  return runClient(registerRenewCommand, runRenew, [
    ...['renew', '--url', server.url.href, '--certificate', certificateFile, '--key', keyFile],
    ...['--ca-fingerprint', fingerprintOf(server.root.certificate), '--out', out, ...more],
  ]);
}

function sent() {
  const [message] = server.messages;
  const [request] = server.requests;
  if (message === undefined || request === undefined) throw new Error('nothing was sent');
  return { message, request };
}

describe('renewal', () => {
  it('sends RenewalReq with a new key, signed by the old certificate, with its exact names', async () => {
    expect(await renew()).toMatchObject({ code: 0, stderr: '', error: undefined });
    expect(server.log.at(-1)).toBe('POST RenewalReq');
    const { message, request } = sent();
    expect(message.signerCertificate.der).toEqual(device.certificate.der);
    expect(request.subject).toEqual(device.certificate.subject);
    const kept = [OID.keyUsage, OID.subjectAltName, OID.extKeyUsage];
    for (const oid of kept) {
      const find = ({ oid: candidate }: { readonly oid: string }) => candidate === oid;
      const old = device.certificate.extensions.find(find);
      expect(request.extensions.find(find)?.value).toEqual(old?.value);
    }
    expect(request.extensions).toHaveLength(kept.length);
    expect(challengePasswords(request)).toEqual([]);
    const key = createPublicKey(readFileSync(path.join(out, 'key.pem')));
    expect(importPublicKey(request.subjectPublicKeyInfo).equals(key)).toBe(true);
    expect(key.equals(device.publicKey)).toBe(false);
    const certificate = new X509Certificate(readFileSync(path.join(out, 'certificate.pem')));
    expect(certificate.publicKey.equals(key)).toBe(true);
  });

  it('sends PKCSReq with --as-pkcs-req, and a challenge', async () => {
    expect(await renew('--as-pkcs-req', '--challenge', 'again')).toMatchObject({ code: 0 });
    expect(server.log.at(-1)).toBe('POST PKCSReq');
    expect(challengePasswords(sent().request)).toEqual(['again']);
    expect(sent().message.signerCertificate.der).toEqual(device.certificate.der);
  });

  it('keeps the key with --same-key, in another transaction than its enrolment', async () => {
    expect(await renew('--same-key')).toMatchObject({ code: 0 });
    const { message, request } = sent();
    expect(importPublicKey(request.subjectPublicKeyInfo).equals(device.publicKey)).toBe(true);
    expect(readdirSync(out)).not.toContain('key.pem');
    await renew('--same-key', '--force');
    const [, again] = server.messages;
    expect(again?.request.attributes.transactionId).toBe(message.request.attributes.transactionId);
    expect(server.requests[1]?.der).toEqual(request.der);
  });

  it('repeats the request with --new-key after a lost reply', async () => {
    const { verdict } = server.behaviour;
    server.behaviour.verdict = () => 'lose';
    const lost = await renew();
    server.behaviour.verdict = verdict;
    const key = path.join(out, 'key.pem');
    expect(lost.error).toBeInstanceOf(ScepClientError);
    expect(lost.error).toHaveProperty('message', expect.stringContaining(`--new-key ${key}`));
    expect(await renew('--new-key', key)).toMatchObject({ code: 0 });
    expect(server.requests[1]?.der).toEqual(server.requests[0]?.der);
  });

  it('polls with the old certificate', async () => {
    const { verdict } = server.behaviour;
    server.behaviour.verdict = (type, count) =>
      type === 'RenewalReq' ? 'pending' : verdict(type, count);
    expect(await renew()).toMatchObject({ code: 0 });
    server.behaviour.verdict = verdict;
    expect(server.log.slice(-2)).toEqual(['POST RenewalReq', 'POST CertPoll']);
    expect(server.messages[1]?.signerCertificate.der).toEqual(device.certificate.der);
  });
});

describe('refusals', () => {
  it('does not overwrite the old key with the new one, even with --force', async () => {
    const { error } = await renew('--key-out', files.keyFile, '--force');
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toHaveProperty('message', expect.stringMatching(/would replace .*old\.key/));
    expect(server.log).toEqual([]);
  });

  it('refuses a key that does not belong to the certificate', async () => {
    const other = writeHolder(makeIdentity({ subject: 'CN=other' }));
    const { error } = await renew('--key', other.keyFile);
    expect(error).toHaveProperty('message', expect.stringMatching(/is not the key of/));
    expect(server.log).toEqual([]);
  });

  it.each([
    [['--same-key', '--new-key', 'k']],
    [['--same-key', '--key-algorithm', 'rsa:4096']],
    [['--new-key', 'k', '--key-out', 'o']],
    [['--challenge', 'a', '--challenge-file', 'b']],
  ])('%j', async (args) => {
    const { error, stderr } = await renew(...args);
    expect(error).toBeInstanceOf(CommanderError);
    expect(stderr).toMatch(/cannot be used with/);
  });
});
