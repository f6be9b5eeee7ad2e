import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { KeyStoreError } from '../../../src/private-ca/keys/key-store.ts';
import { authorityPartition } from '../../../src/private-ca/records/authority-record.ts';
import { revocations } from '../../../src/private-ca/revocation/revocation-record.ts';
import { putEntry } from '../../../src/store/collection.ts';
import { exchangeRaw } from '../../support/clients/raw-http.ts';
import { runCommand } from '../../support/clients/run-command.ts';
import { runOpenssl } from '../../support/clients/run-openssl.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { interruptible } from '../../support/fakes/interruptible-store.ts';
import { type Responder, startResponder } from '../../support/servers/start-responder.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

const time = { ahead: 0 };
const clock = () => Date.now() + time.ahead;
const store = interruptible(openInMemoryRecordStore(clock));
const directory = tempDirectory();
const file = (name: string) => path.join(directory, name);
let responder: Responder;
let other: Responder;

beforeAll(async () => {
  responder = await startResponder(clock, store);
  other = await startResponder();
  await responder.configure({ OcspConfiguration: { Enabled: true } });
});
afterAll(() => Promise.all([responder.stop(), other.stop()]));

/** Lets `openssl ocsp` make a request, send it and verify the answer; returns what it prints. */
async function ask(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runCommand('openssl', [
    ...['ocsp', '-issuer', responder.authorityFile, '-CAfile', responder.authorityFile],
    ...['-url', `${responder.url}/ocsp`, ...args],
  ]);
  return stdout + stderr;
}

/** A request that OpenSSL makes, DER. */
function makeRequest(...args: readonly string[]): Buffer {
  const issuer = ['-issuer', responder.authorityFile];
  execFileSync('openssl', ['ocsp', ...issuer, ...args, '-reqout', file('request.der')]);
  return readFileSync(file('request.der'));
}

/** Returns what `openssl ocsp` prints about an answer. */
async function read(answer: Uint8Array): Promise<string> {
  writeFileSync(file('answer.der'), answer);
  const { stdout, stderr } = await runCommand('openssl', [
    ...['ocsp', '-respin', file('answer.der'), '-text', '-CAfile', responder.authorityFile],
    ...['-issuer', responder.authorityFile],
  ]);
  return stdout + stderr;
}

const post = (body: Uint8Array, at = '/ocsp', headers = {}) =>
  fetch(responder.url + at, { method: 'POST', body: Buffer.from(body), headers });
const octets = async (response: Response) => Buffer.from(await response.arrayBuffer());

describe('openssl ocsp', () => {
  it.each(['-sha1', '-sha256'])('learns good, revoked and unknown with %s', async (digest) => {
    const { serial, file: certificate } = await responder.issue();
    const good = await ask(digest, '-cert', certificate);
    expect(good).toContain('Response verify OK');
    expect(good).toContain(`${certificate}: good`);
    await responder.revoke(serial);
    const revoked = await ask(digest, '-cert', certificate);
    expect(revoked).toContain('Response verify OK');
    expect(revoked).toMatch(/: revoked\n.*\n.*\n\s*Reason: keyCompromise\n\s*Revocation Time:/);
    const unknown = await ask(digest, '-serial', '0x0c');
    expect(unknown).toContain('Response verify OK');
    expect(unknown).toContain('0x0c: unknown');
  });

  it('learns what an imported CA had revoked before', async () => {
    const serial = `0f${'8f'.repeat(18)}`;
    const revocation = {
      revokedAt: Date.now(),
      reason: 'SUPERSEDED',
      notAfter: Date.now(),
    } as const;
    await responder.ca.store.commit(authorityPartition(responder.id), [
      putEntry(revocations, serial, revocation),
      putEntry(revocations, '0b'.padStart(32, '0'), revocation),
    ]);
    expect(await ask('-serial', `0x${serial}`)).toContain(': revoked');
    expect(await ask('-serial', '0x0b')).toContain(': revoked');
  });

  it('gets its nonce back, or an answer without one', async () => {
    const { file: certificate } = await responder.issue();
    const withNonce = await ask('-nonce', '-cert', certificate);
    expect(withNonce).toContain('Response verify OK');
    expect(withNonce).not.toContain('no nonce in response');
    const without = await ask('-no_nonce', '-cert', certificate);
    expect(without).toContain('Response verify OK');
  });

  it('may ask about several certificates at once', async () => {
    const [one, two] = [await responder.issue(), await responder.issue()];
    await responder.revoke(two.serial);
    const both = await ask('-cert', one.file, '-cert', two.file);
    expect(both).toContain(`${one.file}: good`);
    expect(both).toContain(`${two.file}: revoked`);
  });

  it('may sign its request', async () => {
    const config = file('requestor.cnf');
    writeFileSync(config, '[req]\ndistinguished_name=dn\n[dn]\n');
    runOpenssl([
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=asker', '-config', config],
      ...['-keyout', file('requestor.key'), '-out', file('requestor.pem')],
    ]);
    const { file: certificate } = await responder.issue();
    const signer = ['-signer', file('requestor.pem'), '-signkey', file('requestor.key')];
    expect(await ask(...signer, '-cert', certificate)).toContain(`${certificate}: good`);
  });

  it('finds the responder in the certificate', async () => {
    const { file: certificate } = await responder.issue();
    const found = runOpenssl(['x509', '-in', certificate, '-noout', '-ocsp_uri']).toString().trim();
    expect(found).toBe(`${responder.url}/ocsp`);
  });

  it('gets unauthorized from a CA that did not issue the certificate', async () => {
    const foreign = await runCommand('openssl', [
      ...['ocsp', '-issuer', other.authorityFile, '-cert', (await other.issue()).file],
      ...['-url', `${responder.url}/ocsp`],
    ]);
    expect(foreign.stdout + foreign.stderr).toContain('unauthorized (6)');
  });
});

it('begins concurrent requests one by one, with other work between them', async () => {
  const base64 = makeRequest('-no_nonce', '-cert', (await responder.issue()).file).toString(
    'base64',
  );
  const { get } = store;
  let begun = 0;
  store.get = (partition, collection, key) => {
    if (collection === 'issuer-keys') begun += 1;
    return get(partition, collection, key);
  };
  const begunInPasses: number[] = [];
  const watch = () => {
    begunInPasses.push(begun);
    begun = 0;
    if (begunInPasses.reduce((sum, count) => sum + count, 0) < 20) setImmediate(watch);
  };
  setImmediate(watch);
  const { host, port } = new URL(responder.url);
  const one = `GET /ocsp/${encodeURIComponent(base64)} HTTP/1.1\r\nHost: ${host}\r\n`;
  const others = `${one}\r\n`.repeat(19);
  await exchangeRaw(Number(port), `${others}${one}Connection: close\r\n\r\n`);
  store.get = get;
  expect(Math.max(...begunInPasses)).toBe(1);
});

describe('GET', () => {
  it('accepts every form in which clients write base64', async () => {
    const { file: certificate } = await responder.issue();
    const base64 = makeRequest('-no_nonce', '-cert', certificate).toString('base64');
    for (const encoded of [base64, encodeURIComponent(base64), base64.replaceAll('=', '%3D')]) {
      for (const prefix of ['/ocsp/', '/ocsp//', '/']) {
        const response = await fetch(responder.url + prefix + encoded);
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toBe('application/ocsp-response');
        expect(await read(await octets(response))).toContain('Cert Status: good');
      }
    }
  });

  it('accepts the absolute form that proxies send, and ignores a query', async () => {
    const { file: certificate } = await responder.issue();
    const base64 = makeRequest('-no_nonce', '-cert', certificate).toString('base64');
    const url = `${responder.url}/ocsp/${encodeURIComponent(base64)}`;
    for (const target of [url, `${url}?from=proxy`]) {
      const { host, port } = new URL(url);
      const request = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      const { received } = await exchangeRaw(Number(port), request);
      const [, answer = ''] = received.split('\r\n\r\n');
      expect(await read(Buffer.from(answer, 'latin1'))).toContain('Cert Status: good');
    }
  });

  it('lets caches keep the answer for less than its validity', async () => {
    const { file: certificate } = await responder.issue();
    const base64 = makeRequest('-no_nonce', '-cert', certificate).toString('base64');
    const { headers } = await fetch(`${responder.url}/ocsp/${encodeURIComponent(base64)}`);
    expect(headers.get('cache-control')).toBe('max-age=300, public, no-transform, must-revalidate');
    expect(headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/);
    const [from, until] = ['last-modified', 'expires'].map((name) =>
      Date.parse(headers.get(name) ?? ''),
    );
    expect((until ?? 0) - (from ?? 0)).toBe(3_900_000);
  });

  it.each(['/ocsp/M', '/ocsp/MA%3', '/ocsp/M***', `/ocsp/M${'A'.repeat(30_000)}`])(
    'answers malformedRequest to %.16s',
    async (at) => {
      const response = await fetch(responder.url + at);
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(await octets(response)).toEqual(Buffer.from('30030a0101', 'hex'));
    },
  );
});

describe('POST', () => {
  it('accepts any Content-Type, and the root path for a custom OCSP name', async () => {
    const { file: certificate } = await responder.issue();
    const request = makeRequest('-no_nonce', '-cert', certificate);
    for (const at of ['/ocsp', '/', '/ocsp/']) {
      const response = await post(request, at, { 'content-type': 'application/ocsp-request' });
      expect(await read(await octets(response))).toContain('Cert Status: good');
    }
  });

  it('forbids caches to keep an answer to one request alone', async () => {
    const { file: certificate } = await responder.issue();
    for (const request of [
      makeRequest('-nonce', '-cert', certificate),
      makeRequest('-no_nonce', '-serial', '0x0c'),
    ]) {
      expect((await post(request)).headers.get('cache-control')).toBe('no-store');
    }
  });

  it('answers malformedRequest to an empty body', async () => {
    expect(await octets(await post(new Uint8Array()))).toEqual(Buffer.from('30030a0101', 'hex'));
  });
});

describe('an answer', () => {
  it('is signed once for many requests, and again after a revocation or half its lifetime', async () => {
    const { serial, file: certificate } = await responder.issue();
    const request = makeRequest('-no_nonce', '-cert', certificate);
    const answer = async () => (await octets(await post(request))).toString('hex');
    const answers = await Promise.all(Array.from({ length: 20 }, answer));
    expect(new Set(answers).size).toBe(1);
    time.ahead = 29 * 60_000;
    expect(await answer()).toBe(answers[0]);
    time.ahead = 31 * 60_000;
    const second = await answer();
    expect(second).not.toBe(answers[0]);
    await responder.revoke(serial);
    expect(await read(Buffer.from(await answer(), 'hex'))).toContain('Cert Status: revoked');
    time.ahead = 0;
  });

  it('exists for a DISABLED CA but not for an EXPIRED one', async () => {
    const { file: certificate } = await responder.issue();
    const input = { CertificateAuthorityArn: responder.arn };
    await ACTIONS.UpdateCertificateAuthority(responder.ca, { ...input, Status: 'DISABLED' });
    expect(await ask('-cert', certificate)).toContain(': good');
    time.ahead = 6 * 366 * 86_400_000;
    expect(await ask('-cert', certificate)).toContain('unauthorized (6)');
    time.ahead = 0;
    await ACTIONS.UpdateCertificateAuthority(responder.ca, { ...input, Status: 'ACTIVE' });
  });
});

describe('a failure', () => {
  const TRY_LATER = '30030a0103';
  const INTERNAL_ERROR = '30030a0102';

  async function expectFailure(response: Response, status: number, der: string): Promise<void> {
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/ocsp-response');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await octets(response)).toEqual(Buffer.from(der, 'hex'));
  }

  async function expectTryLater(response: Response): Promise<void> {
    const seconds = Number(response.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(5);
    expect(seconds).toBeLessThanOrEqual(15);
    await expectFailure(response, 503, TRY_LATER);
  }

  /** Replaces the key of the CA until the returned function is called. */
  function replaceKey(sign: () => Promise<Uint8Array>): () => void {
    const { signingKeys } = responder.ca;
    const { get } = signingKeys;
    Object.assign(signingKeys, { get: async () => ({ sign }) });
    return () => Object.assign(signingKeys, { get });
  }

  it('is tryLater with HTTP 503 while the store is unavailable, which openssl reports', async () => {
    const { file: certificate } = await responder.issue();
    const request = makeRequest('-no_nonce', '-cert', certificate);
    store.state = 'away';
    await expectTryLater(await post(request));
    const base64 = encodeURIComponent(request.toString('base64'));
    await expectTryLater(await fetch(`${responder.url}/ocsp/${base64}`));
    expect(await ask('-cert', certificate)).toMatch(/503/);
    store.state = 'there';
    expect(await ask('-cert', certificate)).toContain(': good');
    expect(responder.log.join('')).toContain('words of the store');
  });

  it('is tryLater with HTTP 503 while the key is unavailable', async () => {
    const request = makeRequest('-no_nonce', '-cert', (await responder.issue()).file);
    const restore = replaceKey(() => Promise.reject(new KeyStoreError('unavailable', 'away')));
    await expectTryLater(await post(request));
    restore();
    expect((await post(request)).status).toBe(200);
  });

  it('is tryLater with HTTP 503, logged once, while too many requests wait for signatures', async () => {
    const requests = Array.from({ length: 40 }, (_, i) => makeRequest('-serial', `0x${i + 100}`));
    let release: (signature: Uint8Array) => void = () => undefined;
    const signature = new Promise<Uint8Array>((resolve) => (release = resolve));
    const restore = replaceKey(() => signature);
    const refused: Response[] = [];
    const asked = requests.map(async (request) => {
      const response = await post(request);
      if (response.status !== 200) refused.push(response);
    });
    await expect.poll(() => refused.length).toBe(23);
    release(Buffer.alloc(64));
    await Promise.all(asked);
    restore();
    for (const response of refused) await expectTryLater(response);
    const lines = responder.log.filter((line) => line.includes('OCSP requests arrive faster'));
    expect(lines.length).toBe(1);
  });

  it('is internalError with HTTP 500 if something is broken', async () => {
    const request = makeRequest('-no_nonce', '-cert', (await responder.issue()).file);
    const restore = replaceKey(() => Promise.reject(new Error('words of the key')));
    await expectFailure(await post(request), 500, INTERNAL_ERROR);
    restore();
    expect(responder.log.join('')).toContain('words of the key');
  });
});
