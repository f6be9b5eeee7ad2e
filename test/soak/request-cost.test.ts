// What one request costs at most, of each kind, and how long /livez waits meanwhile
// (docs/rfc8894-conformance.md S3).
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { OID } from '../../src/asn1/object-identifiers.ts';
import { derContext, derOctetString, derOid, derSequence } from '../../src/asn1/write-der.ts';
import { contentCipher } from '../../src/cms/content-ciphers.ts';
import { parseSignedData } from '../../src/cms/parse-signed-data.ts';
import { buildPkiRequest } from '../../src/scep/build-pki-request.ts';
import { derOcspRequest } from '../../src/x509/build-ocsp-request.ts';
import { parseCertificate } from '../../src/x509/parse-certificate.ts';
import { signRequest } from '../support/clients/sign-request.ts';
import { deviceCsr, deviceRequest, makeDevice } from '../support/scep-messages/test-device.ts';
import { cpuMilliseconds } from '../support/servers/server-process.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';

const MOST_CPU_MS = 50;
const REQUESTS = 30;
const FLOOD_MS = 5_000;
const PIPELINES = 8;

interface Sent {
  readonly url: string;
  readonly path: string;
  readonly options?: RequestOptions;
  readonly body?: Uint8Array;
}

// Only Linux tells the processor time of another process.
const isLinux = existsSync('/proc/self/status');
if (!isLinux) console.warn('skipped: the soak of costs needs /proc');

describe.runIf(isLinux)('a request', () => {
  let connector: RunningConnector;
  let scep: string;
  const device = makeDevice();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  beforeAll(async () => {
    connector = await startConnector({ args: ['--log-level', 'silent'] });
    scep = new URL(connector.ready.scepUrl).pathname;
    // What the first requests load and compile is no cost of a request.
    for (const [, make] of KINDS) for (let i = 0; i < 3; i += 1) await send(await make());
  });

  const enrol = (path: string, body?: Uint8Array): Sent => ({
    ...{ url: connector.ready.enrolUrl, path, ...(body && { body }) },
    options: { method: body === undefined ? 'GET' : 'POST' },
  });
  const post = (body: Uint8Array) => enrol(`${scep}?operation=PKIOperation`, body);
  const api = (path: string, options: RequestOptions = {}, body?: Uint8Array): Sent => ({
    ...{ url: connector.ready.apiUrl, path, options, ...(body && { body }) },
  });

  const ra = async () => {
    const response = await fetch(`${connector.ready.scepUrl}?operation=GetCACert`);
    const { certificates } = parseSignedData(new Uint8Array(await response.arrayBuffer()));
    return parseCertificate(certificates[0] ?? new Uint8Array());
  };
  const csr = () => deviceCsr(device, { challengePassword: connector.ready.challengePassword });
  const transactionId = () => randomBytes(16).toString('hex');

  /** Encrypted by a wrong password, in as many iterations as the server tries. */
  function byPassword(iterations: number): Uint8Array {
    const derivation = { salt: randomBytes(16), iterations, prf: 'sha256' as const };
    const passwordKey = { derivation, key: randomBytes(32) };
    return buildPkiRequest(
      {
        ...{ type: 'PKCSReq', transactionId: transactionId(), senderNonce: randomBytes(16) },
        ...{ content: csr(), recipient: { passwordKey }, cipher: contentCipher('aes128') },
        signer: { ...device, digest: 'sha256' },
      },
      new Date(),
      randomBytes,
    );
  }

  async function wrongSignature(body: Uint8Array): Promise<Sent> {
    const { apiUrl, accessKeyId, region } = connector.ready;
    const { host } = new URL(apiUrl);
    const key = { accessKeyId, secretAccessKey: 'another secret', region, service: 'acm-pca' };
    const { headers, target } = await signRequest({ host, method: 'POST', ...key });
    const kept = headers.filter(([name]) => name.toLowerCase() !== 'x-amz-content-sha256');
    return api(target, { method: 'POST', headers: Object.fromEntries(kept) }, body);
  }

  const nested = Buffer.alloc(250_000, Buffer.from('3080', 'hex'));
  const wide = derSequence(
    derOid(OID.signedData),
    derContext(0, derOctetString(Buffer.alloc(240_000, Buffer.from('0500', 'hex')))),
  );
  const ocsp = (count: number) => {
    const hash = Buffer.alloc(20, 1);
    const one = derOcspRequest({ issuerNameHash: hash, issuerKeyHash: hash, serialNumber: hash });
    return Buffer.concat(Array.from({ length: count }, () => one)).subarray(0, 16_000);
  };

  const KINDS: readonly (readonly [string, () => Promise<Sent> | Sent])[] = [
    ['GetCACaps', () => enrol(`${scep}?operation=GetCACaps`)],
    ['GetCACert', () => enrol(`${scep}?operation=GetCACert`)],
    ['a GET with 60,000 ampersands', () => enrol(`${scep}?${'&'.repeat(60_000)}`)],
    ['a URL of 90,000 percent signs', () => enrol(`${scep}?operation=${'%'.repeat(90_000)}`)],
    ['no connector', () => enrol(`/scep/${'x'.repeat(1_000)}/y?operation=GetCACaps`)],
    ['a path of 40,000 segments', () => enrol('/x'.repeat(40_000))],
    ['a body of nested elements', () => post(nested)],
    ['a body of many elements', () => post(wide)],
    [
      'an enrolment',
      async () =>
        post(deviceRequest(device, await ra(), csr(), { transactionId: transactionId() })),
    ],
    [
      'an enrolment with a wrong challenge',
      async () => {
        const wrong = deviceCsr(device, { challengePassword: 'wrong' });
        return post(deviceRequest(device, await ra(), wrong, { transactionId: transactionId() }));
      },
    ],
    ['a password recipient with 40,000 iterations', () => post(byPassword(40_000))],
    ['a password recipient with 5,000 iterations', () => post(byPassword(5_000))],
    ['a CRL', () => enrol(`/crl/${connector.ready.certificateAuthorityArn.slice(-36)}.crl`)],
    ['an OCSP request', () => enrol('/ocsp', ocsp(1))],
    ['a long OCSP request', () => enrol('/ocsp', ocsp(300))],
    ['an API path of 30,000 segments', () => api('/a'.repeat(30_000))],
    ['an API query of 20,000 pairs', () => api(`/?${'a=b&'.repeat(20_000)}`)],
    ['an API body of 4 MB with a wrong signature', () => wrongSignature(Buffer.alloc(4_000_000))],
    ['an API body of 60 kB with a wrong signature', () => wrongSignature(Buffer.alloc(60_000))],
    ['/livez', () => ({ url: connector.ready.opsUrl ?? '', path: '/livez' })],
  ];

  it.each(KINDS)('costs at most 50 ms of the processor: %s', async (name, make) => {
    const made: Sent[] = [];
    for (let i = 0; i < REQUESTS; i += 1) made.push(await make());
    const pid = connector.process.pid ?? 0;
    const before = cpuMilliseconds(pid);
    for (const each of made) await send(each);
    const cost = (cpuMilliseconds(pid) - before) / REQUESTS;
    console.log(`${name}: ${cost.toFixed(1)} ms`);
    expect(cost).toBeLessThan(MOST_CPU_MS);
  });

  it('lets /livez be answered, however many of them eight connections pipeline', async () => {
    for (const [name, make] of KINDS.slice(0, 3)) {
      const { path, url } = await make();
      const text = `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
      const pipelined = Buffer.from(text.repeat(Math.max(1, Math.floor(1_000_000 / text.length))));
      const sockets = Array.from({ length: PIPELINES }, () =>
        connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined),
      );
      for (const socket of sockets) socket.resume().write(pipelined);
      const until = Date.now() + FLOOD_MS;
      const delays: number[] = [];
      while (Date.now() < until) {
        const begun = performance.now();
        expect((await fetch(`${connector.ready.opsUrl}/livez`)).status).toBe(200);
        delays.push(performance.now() - begun);
        await sleep(20);
      }
      for (const socket of sockets) socket.destroy();
      const sorted = delays.toSorted((a, b) => a - b).map(Math.round);
      const [median, last] = [sorted[sorted.length >>> 1], sorted.at(-1)];
      console.log(`pipelined ${name}: /livez after ${median} ms, at most ${last} ms`);
      expect(delays.length).toBeGreaterThan(0);
    }
  });

  function send({ url, path, options = {}, body }: Sent): Promise<number> {
    return new Promise((resolve) => {
      const { hostname, port } = new URL(url);
      const headers = { ...options.headers, ...(body && { 'content-length': body.length }) };
      const sent = request({ ...options, headers, hostname, port, path, agent }, (response) => {
        response.resume().on('close', () => resolve(response.statusCode ?? 0));
      });
      // A connection that is cut off is an answer as well.
      sent.on('error', () => resolve(0));
      sent.end(body);
    });
  }
});
