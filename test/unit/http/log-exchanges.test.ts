import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { connectorPath } from '../../../src/connectors/connector-urls.ts';
import { findConnectorByPath } from '../../../src/connectors/find-connector.ts';
import { createEnrolListener } from '../../../src/http/enrol-listener.ts';
import { type RunningListener, startListener } from '../../../src/http/start-listener.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { derOcspRequest, ocspQuestion } from '../../../src/x509/build-ocsp-request.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { exchangeRaw } from '../../support/clients/raw-http.ts';
import { deviceCsr, deviceRequest, makeDevice } from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';
import { type Responder, startResponder } from '../../support/servers/start-responder.ts';

type Line = Readonly<Record<string, unknown>>;

const HEAD: RequestInit = { method: 'HEAD' };

let world: EnrolmentWorld;
let listener: RunningListener;
let path: string;
let isFull = false;
const log: string[] = [];
const lines = () => log.map((line) => JSON.parse(line) as Line);

beforeAll(async () => {
  world = await makeEnrolmentWorld();
  path = connectorPath(world.connector);
  const app = createEnrolListener({
    enrolment: world.deps,
    findConnector: (segment, secret) => findConnectorByPath(world.store, segment, secret),
    load: {
      arrivalIsRefused: () => isFull,
      admit: async (work) => {
        await work();
        return true;
      },
    },
    publicUrl: 'https://devices.example.com/pki',
    logger: createLogger('info', { write: (line) => log.push(line) }),
  });
  listener = await startListener(app, { host: '127.0.0.1', port: 0 });
});
afterAll(() => listener.drain(100));
beforeEach(() => {
  log.length = 0;
});

const send = async (target: string, init: RequestInit = {}) => {
  const response = await fetch(listener.url + target, init);
  return { response, octets: (await response.arrayBuffer()).byteLength };
};

describe('a request to the enrol listener', () => {
  it.each<[string, string, (own: string) => string, RequestInit, number]>([
    ['without a connector', 'request answered', () => '/nowhere?x=y', {}, 404],
    ['with a wrong URL', 'request answered', (own) => `${own}x?operation=GetCACaps`, {}, 404],
    ['with a wrong method', 'request answered', (own) => own, { method: 'PUT' }, 405],
    ['with a body that is too large', 'request answered', (own) => own, large(), 413],
    ['that is no SCEP message', 'unreadable request', (own) => own, junk(), 400],
    ['for GetCACaps', 'CA operation answered', (own) => `${own}?operation=GetCACaps`, {}, 200],
    ['with HEAD', 'CA operation answered', (own) => `${own}?operation=GetCACert`, HEAD, 200],
  ])('leaves one line: %s', async (_name, msg, targetOf, init, httpStatus) => {
    const target = targetOf(path);
    const { octets } = await send(target, { ...init, headers: { 'user-agent': 'a-device/1' } });
    const body = init.body === undefined ? 0 : (init.body as Uint8Array).length;
    expect(lines()).toEqual([
      expect.objectContaining({
        ...{ msg, httpStatus, method: init.method ?? 'GET', userAgent: 'a-device/1' },
        remoteAddress: '127.0.0.1',
        requestOctets: target.length + body,
        replyOctets: octets,
        milliseconds: expect.any(Number) as number,
        requestId: expect.any(String) as string,
      }),
    ]);
    expect(log.join('')).not.toContain(world.connector.urlSecret);
  });

  it('leaves one line when it is refused for too much load', async () => {
    isFull = true;
    onTestFinished(() => {
      isFull = false;
    });
    await send(path, junk());
    expect(lines()).toMatchObject([{ msg: 'request answered', httpStatus: 503 }]);
  });

  it('leaves one line with the cause of an internal error', async () => {
    world.issuer.beforeIssue = () => {
      throw new TypeError('an internal of ours');
    };
    onTestFinished(() => {
      world.issuer.beforeIssue = () => undefined;
    });
    const device = makeDevice();
    const csr = deviceCsr(device, { challengePassword: world.challengePassword });
    const body = Buffer.from(deviceRequest(device, world.ra, csr));
    await send(path, { method: 'POST', body });
    expect(lines()).toMatchObject([
      {
        ...{ level: 50, msg: 'internal error', connector: world.connector.id },
        ...{ httpStatus: 500, err: { message: 'an internal of ours' } },
      },
    ]);
  });

  it('leaves one line that says so when its client has left before the answer', async () => {
    const asked = new EventEmitter();
    const isAsked = once(asked, 'now');
    const mayAnswer = once(asked, 'answer');
    const { describeAuthority } = world.issuer;
    world.issuer.describeAuthority = async (arn) => {
      asked.emit('now');
      await mayAnswer;
      return describeAuthority(arn);
    };
    onTestFinished(() => {
      world.issuer.describeAuthority = describeAuthority;
    });
    const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
    socket.write(`GET ${path}?operation=GetCACert HTTP/1.1\r\nHost: x\r\n\r\n`);
    await isAsked;
    const hasLeft = once(socket, 'close');
    socket.resetAndDestroy();
    await hasLeft;
    // The server notices before it answers another client.
    await send('/nowhere');
    asked.emit('answer');
    await expect.poll(() => lines().length).toBe(2);
    expect(lines()[1]).toMatchObject({
      ...{ msg: 'CA operation answered', operation: 'GetCACert', unread: true },
      remoteAddress: '127.0.0.1',
    });
  });
});

describe('the path in a line', () => {
  const shown = async (target: string) => {
    const octets = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    await exchangeRaw(Number(new URL(listener.url).port), octets);
    return lines().map((line) => line['path']);
  };

  it.each<[string, (own: string) => string]>([
    ['of the connector', (own) => own],
    ['with a tail', (own) => `${own}/pkiclient.exe`],
    ['in capitals', (own) => own.toUpperCase()],
    ['with a wrong end', (own) => `${own}x`],
    ['below the path of the public URL', (own) => `/pki${own}`],
    ['below another path', (own) => `/other${own}`],
    ['with doubled slashes', (own) => own.replaceAll('/', '//')],
    ['with escaped slashes', (own) => `/${own.replaceAll('/', '%2F')}`],
    ['without its beginning', (own) => own.replace('/scep', '')],
    ['without its connector', (own) => `/scep${own.slice(own.lastIndexOf('/'))}`],
    ['with its secret alone', (own) => own.slice(own.lastIndexOf('/'))],
    ['as a whole URL', (own) => `http://devices.example.com${own}`],
    ['without a question mark', (own) => `${own}&operation=GetCACaps`],
  ])('does not show what only devices know: %s', async (_name, targetOf) => {
    const paths = await shown(`${targetOf(path)}?operation=GetCACaps`);
    expect(paths).toHaveLength(1);
    expect(log.join('').toLowerCase()).not.toContain(world.connector.urlSecret);
  });

  it('shows the connector, and nothing after it', async () => {
    expect(await shown(`${path}/tail?operation=GetCACaps`)).toEqual([
      `/scep/${world.connector.accountId}-${world.connector.id}/…`,
    ]);
  });

  it('is cut, and has no query', async () => {
    expect(await shown(`/${'a'.repeat(30_000)}?${'b'.repeat(20_000)}`)).toEqual([
      `/${'a'.repeat(199)}`,
    ]);
  });
});

describe('a request of a relying party', () => {
  let responder: Responder;
  beforeAll(async () => {
    responder = await startResponder();
    const OcspConfiguration = { Enabled: true };
    const CrlConfiguration = { Enabled: true, S3BucketName: 'crl-bucket', ExpirationInDays: 10 };
    await responder.configure({ OcspConfiguration, CrlConfiguration });
  });
  afterAll(() => responder.stop());

  it('is answered over HTTP/1.0 without a Host, as Cisco ISE sends it', async () => {
    const port = Number(new URL(responder.url).port);
    const question = ocspQuestion(await caCertificate(), Buffer.of(1));
    const ocsp = Buffer.from(derOcspRequest(question));
    for (const [request, type] of [
      [`GET /crl/${responder.id}.crl HTTP/1.0\r\n\r\n`, 'application/pkix-crl'],
      [`GET /ca/${responder.id}.cer HTTP/1.0\r\n\r\n`, 'application/pkix-cert'],
      [
        `GET /ocsp/${encodeURIComponent(ocsp.toString('base64'))} HTTP/1.0\r\n\r\n`,
        'application/ocsp-response',
      ],
    ] as const) {
      const { received: answer } = await exchangeRaw(port, request);
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer.toLowerCase()).toContain(`content-type: ${type}`);
      expect(answer).not.toMatch(/Transfer-Encoding/i);
    }
  });

  async function caCertificate() {
    const response = await fetch(`${responder.url}/ca/${responder.id}.cer`);
    return parseCertificate(new Uint8Array(await response.arrayBuffer()));
  }

  it('leaves one line: for a CRL, for a CA certificate, for OCSP', async () => {
    const { url, id } = responder;
    const { headers } = await fetch(`${url}/crl/${id}.crl`);
    const etag = headers.get('etag') ?? '';
    await fetch(`${url}/crl/${id}.crl`, { headers: { 'if-none-match': etag } });
    await fetch(`${url}/ca/${id}.cer`);
    await fetch(`${url}/ocsp`, { method: 'POST', body: 'junk' });
    const logged = responder.log.map((line) => JSON.parse(line) as Line).slice(-4);
    expect(logged.map(({ msg, httpStatus, path }) => [msg, httpStatus, path])).toEqual([
      ['CRL request answered', 200, `/crl/${id}.crl`],
      ['CRL request answered', 304, `/crl/${id}.crl`],
      ['CA certificate request answered', 200, `/ca/${id}.cer`],
      ['OCSP request answered', 200, '/ocsp'],
    ]);
    expect(logged[1]).toMatchObject({ replyOctets: 0 });
  });
});

function large(): RequestInit {
  return { method: 'POST', body: new Uint8Array(256 * 1024 + 1) };
}

function junk(): RequestInit {
  return { method: 'POST', body: Buffer.from('junk') };
}
