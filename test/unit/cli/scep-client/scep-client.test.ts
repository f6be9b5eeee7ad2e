import { randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signRequest } from '../../../../src/cli/device/enrol-request.ts';
import { discoverAuthority, enrolOverScep } from '../../../../src/cli/scep-client/scep-client.ts';
import type {
  EnrolSubject,
  ScepClientSettings,
} from '../../../../src/cli/scep-client/scep-client-settings.ts';
import { fingerprintOf } from '../../../../src/cli/scep-client/trust-ca.ts';
import { transactionIdOf } from '../../../../src/scep/build-pki-request.ts';
import { formatName } from '../../../../src/x509/distinguished-name.ts';
import { parseDistinguishedNameText } from '../../../../src/x509/parse-distinguished-name-text.ts';
import {
  type FakeScepServer,
  issueFor,
  MODERN_CAPABILITIES,
  startFakeScepServer,
} from '../../../support/fakes/fake-scep-server.ts';
import { makeIdentity, rsaKeyPair } from '../../../support/keys/test-authority.ts';

const { privateKey } = rsaKeyPair();
const subject: EnrolSubject = {
  request: signRequest({ subject: parseDistinguishedNameText('CN=device') }, privateKey),
  privateKey,
};
let server: FakeScepServer;
let slept: number[];

beforeAll(async () => {
  server = await startFakeScepServer();
});

beforeEach(() => {
  slept = [];
  server.log.length = 0;
  Object.assign(server.behaviour, {
    capabilities: MODERN_CAPABILITIES,
    verdict: () => ({
      issue: (request: EnrolSubject['request']) => issueFor(request, server.issuingCa),
    }),
    intercept: () => false,
    signer: server.ra,
  });
});

function settings(changes: Partial<ScepClientSettings> = {}): ScepClientSettings {
  return {
    server: { url: server.url, timeoutMs: 5_000 },
    trust: { kind: 'fingerprint', sha256: fingerprintOf(server.root.certificate) },
    method: 'auto',
    poll: { intervalMs: 1_000, limit: 3 },
    clock: () => new Date(),
    randomBytes,
    sleep: (milliseconds) => Promise.resolve(slept.push(milliseconds)),
    ...changes,
  };
}

describe('enrolment', () => {
  it('uses POST if the server offers it, and returns the certificate with its chain', async () => {
    const result = await enrolOverScep(settings(), subject);
    if (result.status !== 'issued') throw new Error(result.status);
    expect(server.log).toEqual(['GET GetCACaps', 'GET GetCACert', 'POST PKCSReq']);
    expect(result.transactionId).toBe(transactionIdOf(subject.request.subjectPublicKeyInfo));
    expect(formatName(result.certificate.subject)).toBe('CN=device');
    expect(result.chain.map((certificate) => formatName(certificate.subject))).toEqual([
      ...['CN=Issuing CA', 'CN=Root'],
    ]);
  });

  it.each([
    ['a server without capabilities', { capabilities: '' }, {}, 'GET PKCSReq'],
    ['--method get', {}, { method: 'get' }, 'GET PKCSReq'],
    ['--method post', { capabilities: '' }, { method: 'post' }, 'POST PKCSReq'],
  ] as const)('sends the right HTTP method with %s', async (_case, behaviour, changes, sent) => {
    Object.assign(server.behaviour, behaviour);
    expect((await enrolOverScep(settings(changes), subject)).status).toBe('issued');
    expect(server.log.at(-1)).toBe(sent);
  });

  it.each(['aes192', 'aes256', '3des'] as const)('enrols with the cipher %s', async (cipher) => {
    expect((await enrolOverScep(settings({ cipher }), subject)).status).toBe('issued');
  });

  it.each(['sha1', 'sha384', 'sha512'] as const)('enrols with the digest %s', async (digest) => {
    expect((await enrolOverScep(settings({ digest }), subject)).status).toBe('issued');
  });

  it('does not look up a known authority again', async () => {
    const authority = await discoverAuthority(settings());
    server.log.length = 0;
    expect((await enrolOverScep(settings(), subject, authority)).status).toBe('issued');
    expect(server.log).toEqual(['POST PKCSReq']);
  });

  it('treats an HTTP error of GetCACaps as no capabilities', async () => {
    server.behaviour.intercept = (request, response) => {
      if (!request.url?.includes('GetCACaps')) return false;
      response.writeHead(404).end('SCEPStandard');
      return true;
    };
    const { algorithms } = await discoverAuthority(settings());
    expect(algorithms).toEqual({ digest: 'sha1', cipher: '3des', post: false });
  });
});

describe('polling', () => {
  it('sends CertPoll until the server decides', async () => {
    const { verdict } = server.behaviour;
    server.behaviour.verdict = (type, count) => (count < 5 ? 'pending' : verdict(type, count));
    expect((await enrolOverScep(settings(), subject)).status).toBe('issued');
    expect(server.log.slice(2)).toEqual(['POST PKCSReq', 'POST CertPoll', 'POST CertPoll']);
    expect(slept).toEqual([1_000, 1_000]);
  });

  it('stops at the limit', async () => {
    server.behaviour.verdict = () => 'pending';
    expect((await enrolOverScep(settings(), subject)).status).toBe('pending');
    expect(slept).toHaveLength(3);
    const impatient = settings({ poll: { intervalMs: 1, limit: 0 } });
    expect((await enrolOverScep(impatient, subject)).status).toBe('pending');
    expect(slept).toHaveLength(3);
  });
});

describe('refusals', () => {
  it('sends no request to a CA that is not the expected one', async () => {
    const trust = { kind: 'fingerprint', sha256: '00'.repeat(32) } as const;
    await expect(enrolOverScep(settings({ trust }), subject)).rejects.toThrow(/not the expected/);
    expect(server.log).toEqual(['GET GetCACaps', 'GET GetCACert']);
  });

  it('returns the refusal of the server as a result', async () => {
    server.behaviour.verdict = () => ({ refuse: 'badRequest', text: 'No.' });
    expect(await enrolOverScep(settings(), subject)).toMatchObject({
      ...{ status: 'refused', failInfo: 'badRequest', text: 'No.' },
    });
  });

  it('refuses a reply that the RA did not sign', async () => {
    server.behaviour.signer = makeIdentity({ subject: 'CN=RA', issuer: server.issuingCa });
    await expect(enrolOverScep(settings(), subject)).rejects.toThrow(/not signed by a certificate/);
  });

  it('refuses a certificate for another key', async () => {
    server.behaviour.verdict = () => ({
      issue: () => makeIdentity({ subject: 'CN=device', issuer: server.issuingCa }),
    });
    await expect(enrolOverScep(settings(), subject)).rejects.toThrow(/another key than ours/);
  });

  it('refuses a certificate of another CA with the same name', async () => {
    const namesake = makeIdentity({ subject: 'CN=Issuing CA', ca: {} });
    server.behaviour.verdict = () => ({ issue: (request) => issueFor(request, namesake) });
    await expect(enrolOverScep(settings(), subject)).rejects.toThrow(/trusted CA did not sign/);
  });

  it('refuses a URL without a SCEP server', async () => {
    server.behaviour.intercept = (_, response) => {
      response.writeHead(404).end();
      return true;
    };
    await expect(enrolOverScep(settings(), subject)).rejects.toThrow(
      'GetCACert failed: HTTP 404. Is it the whole URL of a SCEP server?',
    );
  });

  it('refuses HTTP errors and pages that are not SCEP replies', async () => {
    for (const [operation, message] of [
      ['GetCACert', /GetCACert failed: HTTP 503/],
      ['PKIOperation', /PKIOperation failed: HTTP 503/],
    ] as const) {
      server.behaviour.intercept = (request, response) => {
        if (!request.url?.includes(operation)) return false;
        response.writeHead(503).end();
        return true;
      };
      await expect(enrolOverScep(settings(), subject)).rejects.toThrow(message);
      server.behaviour.intercept = (request, response) => {
        if (!request.url?.includes(operation)) return false;
        response.setHeader('content-type', 'text/html').end('<html>');
        return true;
      };
      await expect(enrolOverScep(settings(), subject)).rejects.toThrow(
        `the reply to ${operation} is not usable`,
      );
    }
  });
});
