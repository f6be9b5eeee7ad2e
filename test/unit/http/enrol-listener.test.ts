import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { derNull, derOid, derPrintableString, derSet } from '../../../src/asn1/write-der.ts';
import { connectorPath } from '../../../src/connectors/connector-urls.ts';
import { findConnectorByPath } from '../../../src/connectors/find-connector.ts';
import { createEnrolListener } from '../../../src/http/enrol-listener.ts';
import { type RunningListener, startListener } from '../../../src/http/start-listener.ts';
import { IssuerError } from '../../../src/issuer/issuer.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { readPkiRequest } from '../../../src/scep/read-pki-message.ts';
import { parseCertificationRequest } from '../../../src/x509/parse-certification-request.ts';
import { processorTime } from '../../support/load/processor-time.ts';
import { issuedCertificate } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

let device: TestDevice;
let world: EnrolmentWorld;
let listener: RunningListener;
let path: string;
let url: string;
const log: string[] = [];

beforeAll(async () => {
  device = makeDevice();
  world = await makeEnrolmentWorld();
  const logger = createLogger('info', { write: (line) => log.push(line) });
  const app = createEnrolListener({
    enrolment: world.deps,
    findConnector: (segment, secret) => findConnectorByPath(world.store, segment, secret),
    logger,
  });
  listener = await startListener(app, { host: '127.0.0.1', port: 0 });
  path = connectorPath(world.connector);
  url = listener.url + path;
});
afterAll(() => listener.drain(100));

let transactions = 0;
/** A message of a new transaction. */
function request(): Uint8Array {
  transactions += 1;
  const csr = deviceCsr(device, { challengePassword: world.challengePassword });
  return deviceRequest(device, world.ra, csr, { transactionId: `t${transactions}` });
}

const post = (body: Uint8Array, query = '?operation=PKIOperation', headers = {}) =>
  fetch(url + query, { method: 'POST', body: Buffer.from(body), headers });

describe('PKIOperation by POST', () => {
  it('accepts any Content-Type or none, and any query or none', async () => {
    for (const [query, headers] of [
      ['?operation=PKIOperation', { 'content-type': 'application/octet-stream' }],
      ['?operation=PKIOperation', { 'content-type': 'application/x-pki-message' }],
      ['?operation=pkioperation', { 'content-type': 'text/plain; charset=utf-8' }],
      ['?x=y&operation=PKIOperation', { 'content-type': 'application/json' }],
      ['?operation=Whatever', {}],
      ['', {}],
    ] as const) {
      const response = await post(request(), query, headers);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/x-pki-message');
      expect(response.headers.get('cache-control')).toBe('no-store');
      const length = Number(response.headers.get('content-length'));
      expect((await response.arrayBuffer()).byteLength).toBe(length);
    }
  });

  it('needs no Content-Type', async () => {
    const body = request();
    const head = `POST ${path}?operation=PKIOperation HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answer = await raw(Buffer.concat([Buffer.from(head), body]));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a challenge password of 16 KiB, as MDMs make them', () => {
  // Made of what a PrintableString holds; then of what it does not.
  const passwords = ['abcdefgh', 'abc+def/', 'abc_def*'].map((text) => text.repeat(2_048));
  const given: string[] = [];

  beforeEach(() => {
    given.length = 0;
    const { findChallenge } = world.deps;
    const challenge = { arn: 'arn:aws:pca-connector-scep:us-east-1:000000000000:challenge' };
    Object.assign(world.deps, {
      findChallenge: () => async (password: string) => {
        given.push(password);
        return challenge;
      },
    });
    onTestFinished(() => void Object.assign(world.deps, { findChallenge }));
  });

  it.each(['POST', 'GET'])('is read whole by %s, and a certificate is issued', async (method) => {
    for (const challengePassword of passwords) {
      transactions += 1;
      const csr = deviceCsr(device, { challengePassword });
      const message = deviceRequest(device, world.ra, csr, { transactionId: `c${transactions}` });
      const base64 = encodeURIComponent(Buffer.from(message).toString('base64'));
      const response =
        method === 'POST'
          ? await post(message)
          : await fetch(`${url}?operation=PKIOperation&message=${base64}`);
      const certRep = Buffer.from(await response.arrayBuffer());
      const answered = { certRep, request: readPkiRequest(message) };
      expect(issuedCertificate(answered, world.ra, device).subject).toEqual(
        parseCertificationRequest(csr).subject,
      );
    }
    expect(given).toEqual(passwords);
  });
});

describe('a refusal', () => {
  const refusalFor = async (userAgent: string, challengePassword?: string) => {
    transactions += 1;
    const csr = deviceCsr(device, { ...(challengePassword && { challengePassword }) });
    const message = deviceRequest(device, world.ra, csr, { transactionId: `r${transactions}` });
    const response = await post(message, undefined, { 'user-agent': userAgent });
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  };

  it('tells Windows why by an HRESULT, and no other client', async () => {
    const windows =
      'Mozilla/4.0 (compatible; Win32; NDES client 10.0.22621.2506/ni_release_svc_prod3)';
    const type = Buffer.from(derOid(OID.microsoftScepError));
    const valued = (text: string) => Buffer.concat([type, derSet(derPrintableString(text))]);
    // TRUST_E_CERT_SIGNATURE, then ERROR_NOT_FOUND.
    expect((await refusalFor(windows)).includes(valued('-2146869244'))).toBe(true);
    expect((await refusalFor(windows, 'wrong')).includes(valued('-2147023728'))).toBe(true);
    for (const other of ['Java/17', 'CertificateService/1 CFNetwork/1 Darwin/1', 'curl/8']) {
      expect((await refusalFor(other)).includes(type)).toBe(false);
    }
  });
});

describe('PKIOperation by GET', () => {
  const get = (message: string) => fetch(`${url}?operation=PKIOperation&message=${message}`);

  it('accepts every encoding that clients send', async () => {
    const base64 = Buffer.from(request()).toString('base64');
    const lines = (base64.match(/.{1,64}/g) ?? []).join('\n');
    for (const message of [
      encodeURIComponent(base64),
      encodeURIComponent(lines),
      base64.replace(/\+/g, '%2B'),
      base64,
      base64.replace(/\+/g, '%20'),
      base64.replace(/=/g, ''),
      base64.replace(/\+/g, '-').replace(/\//g, '_'),
      encodeURIComponent(encodeURIComponent(base64)),
    ]) {
      expect((await get(message)).status).toBe(200);
    }
  });

  it('accepts the parameters in any order', async () => {
    const message = encodeURIComponent(Buffer.from(request()).toString('base64'));
    const response = await fetch(`${url}?message=${message}&operation=PKIOperation`);
    expect(response.status).toBe(200);
  });

  it('answers HTTP/1.0 without a Host, as old Cisco devices send it', async () => {
    const message = encodeURIComponent(Buffer.from(request()).toString('base64'));
    const answer = await raw(
      Buffer.from(`GET ${path}?operation=PKIOperation&message=${message} HTTP/1.0\r\n\r\n`),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/Content-Length: \d+/);
    expect(answer).not.toMatch(/Transfer-Encoding/i);
  });

  it('accepts a URL of 40 kB', async () => {
    const long = `${encodeURIComponent(Buffer.from(request()).toString('base64'))}&x=${'y'.repeat(40_000)}`;
    expect((await get(long)).status).toBe(200);
  });

  it('accepts a URL of 12 KiB beside headers of 64 KiB', async () => {
    const long = `${encodeURIComponent(Buffer.from(request()).toString('base64'))}&x=${'y'.repeat(9_000)}`;
    const target = `${url}?operation=PKIOperation&message=${long}`;
    const response = await fetch(target, { headers: { 'x-padding': 'z'.repeat(64 * 1024) } });
    expect(response.status).toBe(200);
  });

  it('answers 400 to junk', async () => {
    for (const message of ['', 'a', '!!!!', '%zz', 'AAAA', '%00%01']) {
      expect((await get(message)).status).toBe(400);
    }
  });
});

describe('an operation for GET', () => {
  it('is answered on the URL and any path below it, whatever the message parameter says', async () => {
    for (const tail of [
      '',
      '/',
      '/pkiclient.exe',
      '/pkiclient.exe/pkiclient.exe',
      '/cgi-bin/pkiclient.exe',
      '/a/b/c.dll',
    ]) {
      for (const message of ['', '&message=', '&message=0', '&message=CAIdentifier']) {
        const caps = await fetch(`${url}${tail}?operation=GetCACaps${message}`);
        expect(caps.status).toBe(200);
        expect(caps.headers.get('content-type')).toBe('text/plain');
        expect(await caps.text()).toBe(
          'AES\nPOSTPKIOperation\nSCEPStandard\nSHA-256\nSHA-512\nSHA-384\nRenewal\nDES3\n',
        );
      }
    }
    const certs = await fetch(`${url}/pkiclient.exe?operation=GetCACert&message=default`);
    expect(certs.headers.get('content-type')).toBe('application/x-x509-ca-ra-cert');
  });

  it('is answered to HEAD without a body', async () => {
    const response = await fetch(`${url}?operation=GetCACaps`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('71');
  });

  it('is refused by HEAD if it is a PKIOperation, which would enrol and lose the answer', async () => {
    const message = encodeURIComponent(Buffer.from(request()).toString('base64'));
    const target = `${url}?operation=PKIOperation&message=${message}`;
    const before = world.issuer.issued.length;
    expect((await fetch(target, { method: 'HEAD' })).status).toBe(405);
    expect(world.issuer.issued).toHaveLength(before);
  });

  it('is refused by POST', async () => {
    for (const operation of ['GetCACaps', 'GetCACert', 'GetNextCACert']) {
      const response = await post(new Uint8Array(), `?operation=${operation}`);
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET');
    }
  });
});

describe('the enrol listener', () => {
  it('refuses unknown operations and methods', async () => {
    expect((await fetch(url)).status).toBe(400);
    expect((await fetch(`${url}?operation=GetNextCACert`)).status).toBe(404);
    const put = await fetch(`${url}?operation=GetCACaps`, { method: 'PUT' });
    expect(put.status).toBe(405);
    expect(put.headers.get('allow')).toBe('GET, POST');
  });

  it('answers every path without a connector alike', async () => {
    const { accountId, id, urlSecret } = world.connector;
    const other = '00000000-0000-4000-8000-000000000000';
    const bodies = await Promise.all(
      [
        `/scep/${accountId}-${id}/${other}`,
        `/scep/${accountId}-${other}/${urlSecret}`,
        `/scep/111111111111-${id}/${urlSecret}`,
        `/scep/${accountId}-${id}/${urlSecret}x`,
        `/scep/x/y`,
      ].map(async (wrong) => {
        const response = await fetch(`${listener.url}${wrong}?operation=GetCACaps`);
        expect(response.status).toBe(404);
        return response.text();
      }),
    );
    expect(new Set(bodies).size).toBe(1);
    expect((await fetch(`${listener.url}/`)).status).toBe(404);
  });

  it('answers 400 to a path that cannot be decoded', async () => {
    expect((await fetch(`${listener.url}/scep/%zz/y?operation=GetCACaps`)).status).toBe(400);
  });

  it('answers 404 in plain text to a target that is not a URL', async () => {
    const answer = await raw(
      Buffer.from('GET http://[::/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toMatch(/^Content-Type: text\/plain\r$/m);
    expect(answer).toMatch(/\r\n\r\nThere is nothing at this URL\.\n$/);
  });

  it('answers 415 to a compressed body and 413 to one above 256 KiB, declared or chunked', async () => {
    expect((await post(request(), '', { 'content-encoding': 'gzip' })).status).toBe(415);
    const big = new Uint8Array(256 * 1024 + 1);
    expect((await post(big)).status).toBe(413);
    const chunks = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 5; i += 1) controller.enqueue(new Uint8Array(64 * 1024));
        controller.close();
      },
    });
    const init = { method: 'POST', body: chunks, duplex: 'half' } as RequestInit;
    expect((await fetch(url, init)).status).toBe(413);
  });

  it.each([
    ['a connector', () => path],
    ['no connector', () => '/scep/a/b'],
  ])('ends a connection to %s whose body comes octet by octet', async (_name, target) => {
    const head = `POST ${target()} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answer = await raw(Buffer.from(head + '1\r\nx\r\n'.repeat(3_000)));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/too many small pieces\.\n$/);
  });

  it('reads no further than 16 parameters of a query', async () => {
    const padding = '&'.repeat(15);
    expect((await fetch(`${url}?${padding}operation=GetCACaps`)).status).toBe(200);
    expect((await fetch(`${url}?${padding}&operation=GetCACaps`)).status).toBe(400);
  });

  it('answers on a path with thousands of segments', async () => {
    const tail = '/a'.repeat(20_000);
    expect((await fetch(`${url}${tail}?operation=GetCACaps`)).status).toBe(200);
  });

  it('answers 503 with Retry-After, and without the error of the CA, while the CA is unavailable', async () => {
    const describeAuthority = world.issuer.describeAuthority;
    world.issuer.describeAuthority = async () => {
      throw new IssuerError('unavailable', 'words of the CA');
    };
    const response = await post(request());
    world.issuer.describeAuthority = describeAuthority;
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await response.text()).not.toContain('words');
  });

  it('answers an opaque 500 to an internal fault', async () => {
    world.issuer.beforeIssue = () => {
      throw new TypeError('an internal of ours');
    };
    const response = await post(request());
    world.issuer.beforeIssue = () => undefined;
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('Internal error.\n');
  });
});

describe('hostile bodies', () => {
  const deep = (levels: number) => Buffer.alloc(levels * 2, Buffer.from([0x30, 0x80]));
  const bodies: [string, () => Uint8Array, number][] = [
    ['nothing', () => new Uint8Array(), 400],
    ['junk', () => Buffer.alloc(4096, 0x5a), 400],
    ['text', () => Buffer.from('GET / HTTP/1.1'), 400],
    ['ASN.1 nested 100 000 deep', () => deep(100_000), 400],
    ['128 000 tiny elements', () => nested(Buffer.alloc(250_000, Buffer.from([0x05, 0x00]))), 400],
    ['a length of 4 GiB', () => Buffer.from('3084ffffffff', 'hex'), 400],
    ['10 MB', () => Buffer.alloc(10_000_000, 0x30), 413],
  ];
  it.each(bodies)('are refused quickly and do no harm: %s', async (_name, body, status) => {
    const octets = body();
    await post(request());
    const times: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const start = processorTime();
      const response = await post(octets).catch((error: unknown) => error as Error);
      times.push(processorTime() - start);
      // The server may close the connection before the client has sent a body that is refused.
      if (response instanceof Response) expect(response.status).toBe(status);
      else expect(status).toBe(413);
    }
    // Of client and server together; generous, since the point is that no input costs seconds.
    expect(Math.min(...times)).toBeLessThan(1_000);
    expect((await post(request())).status).toBe(200);
  });
});

it('answers below the path of its public URL, whether or not a proxy has removed it', async () => {
  const app = createEnrolListener({
    enrolment: world.deps,
    findConnector: (segment, secret) => findConnectorByPath(world.store, segment, secret),
    publicUrl: 'https://devices.example.com/pki/a%20b',
    logger: createLogger('silent'),
  });
  const below = await startListener(app, { host: '127.0.0.1', port: 0 });
  for (const [base, status] of [
    ['/pki/a%20b', 200],
    ['', 200],
    ['/pki', 404],
    ['/pki/a%20bc', 404],
  ] as const) {
    const response = await fetch(`${below.url}${base}${path}?operation=GetCACaps`);
    expect([base, response.status]).toEqual([base, status]);
  }
  await below.drain(0);
});

it('survives a client that disconnects in the middle of a request', async () => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc`;
  await new Promise((resolve) => socket.write(head, resolve));
  socket.destroy();
  expect((await post(request())).status).toBe(200);
});

it('logs GetCACaps and GetCACert with address, octets and duration', async () => {
  for (const operation of ['GetCACaps', 'GetCACert']) {
    const before = log.length;
    const reply = await fetch(`${url}?operation=${operation}`);
    const { byteLength: replyOctets } = await reply.arrayBuffer();
    expect(log.slice(before).map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        ...{ connector: world.connector.id, operation, httpStatus: 200, replyOctets },
        remoteAddress: '127.0.0.1',
        requestOctets: expect.any(Number) as number,
        milliseconds: expect.any(Number) as number,
        requestId: expect.any(String) as string,
      }),
    ]);
  }
});

it('logs the outcome of a request and no secret', async () => {
  const csr = deviceCsr(device, { challengePassword: 'a-wrong-challenge-to-look-for' });
  await post(deviceRequest(device, world.ra, csr));
  const text = log.join('');
  expect(text).toContain('"reason":"challenge-wrong"');
  expect(text).not.toContain('a-wrong-challenge-to-look-for');
  expect(text).not.toContain(world.challengePassword);
  expect(text).not.toContain(world.connector.urlSecret);
  expect(text).not.toContain('device-1');
});

it('names in the log what the certificate lacks of the request', async () => {
  const extensions = [{ oid: '1.2.3.4', critical: false, value: derNull() }];
  const { challengePassword } = world;
  const csr = deviceCsr(device, { challengePassword, extensions });
  await post(deviceRequest(device, world.ra, csr, { transactionId: 'with an extension' }));
  expect(log.at(-1)).toContain('"dropped":["extension 1.2.3.4"]');
  await post(request());
  expect(log.at(-1)).toContain('PKIOperation answered');
  expect(log.at(-1)).not.toContain('dropped');
});

/** Sends octets to the listener and returns all that it answers until it closes. */
function raw(octets: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const answer: Buffer[] = [];
    socket.on('data', (chunk) => answer.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(answer).toString('latin1')));
    socket.on('error', reject);
    socket.write(octets);
  });
}

/** A SEQUENCE that holds `content`. */
function nested(content: Uint8Array): Uint8Array {
  const header = Buffer.from([0x30, 0x83, 0, 0, 0]);
  header.writeUIntBE(content.length, 2, 3);
  return Buffer.concat([header, content]);
}
