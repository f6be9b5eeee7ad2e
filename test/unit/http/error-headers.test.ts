import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorPath } from '../../../src/connectors/connector-urls.ts';
import { findConnectorByPath } from '../../../src/connectors/find-connector.ts';
import { createEnrolListener } from '../../../src/http/enrol-listener.ts';
import { setRefusalHeaders } from '../../../src/http/error-headers.ts';
import type { LoadLimit } from '../../../src/http/limit-load.ts';
import { type RunningListener, startListener } from '../../../src/http/start-listener.ts';
import { IssuerError } from '../../../src/issuer/issuer.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { Refusal } from '../../../src/scep/refusal.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let device: TestDevice;
let world: EnrolmentWorld;
let listener: RunningListener;
let url: string;
let isFull = false;
const log: string[] = [];
const load: LoadLimit = {
  arrivalIsRefused: () => isFull,
  admit: async (work) => {
    await work();
    return true;
  },
};

beforeAll(async () => {
  device = makeDevice();
  world = await makeEnrolmentWorld();
  const logger = createLogger('info', { write: (line) => log.push(line) });
  const findConnector = (segment: string, secret: string) =>
    findConnectorByPath(world.store, segment, secret);
  const app = createEnrolListener({ enrolment: world.deps, findConnector, load, logger });
  listener = await startListener(app, { host: '127.0.0.1', port: 0 });
  url = listener.url + connectorPath(world.connector);
});
afterAll(() => listener.drain(100));

const enrol = (challengePassword: string, transactionId: string) => {
  const csr = deviceCsr(device, { challengePassword });
  return post(deviceRequest(device, world.ra, csr, { transactionId }));
};
const post = (body: Uint8Array) => fetch(url, { method: 'POST', body: Buffer.from(body) });

/** What the headers say of an error. */
function errorOf({ status, headers }: Response) {
  expect(headers.get('x-amzn-requestid')).toMatch(UUID);
  return [status, headers.get('x-amzn-errortype'), headers.get('x-amzn-errormessage')];
}

describe('the enrol listener', () => {
  it('has an id for each request, and no error for one that succeeds', async () => {
    const [first, second] = [
      await enrol(world.challengePassword, 'good'),
      await fetch(`${url}?operation=GetCACaps`),
    ];
    expect([errorOf(first), errorOf(second)]).toEqual([
      [200, null, null],
      [200, null, null],
    ]);
    expect(first.headers.get('x-amzn-requestid')).not.toBe(second.headers.get('x-amzn-requestid'));
  });

  it('says in the words of AWS why a CertRep refuses, and logs the id', async () => {
    const response = await enrol('wrong', 'bad');
    expect(response.headers.get('content-type')).toBe('application/x-pki-message');
    expect(errorOf(response)).toEqual([
      ...[200, 'BadRequestException', 'The challenge password is invalid.'],
    ]);
    const requestId = response.headers.get('x-amzn-requestid');
    const logged = log.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(logged).toContainEqual(
      expect.objectContaining({ requestId, reason: 'challenge-wrong' }) as unknown,
    );
  });

  it('says why a request gets no CertRep', async () => {
    const undecoded = 'The request could not be decoded. Please send a valid SCEP request.';
    expect(errorOf(await post(Buffer.from('junk')))).toEqual([
      ...[400, 'ValidationException', undecoded],
    ]);
    expect(errorOf(await fetch(url))).toEqual([
      ...[400, 'ValidationException', expect.stringContaining('GetCACaps') as string],
    ]);
    expect(errorOf(await fetch(`${url}?operation=GetCACaps`, { method: 'PUT' }))).toEqual([
      ...[405, 'ValidationException', 'Use GET, POST for this operation.'],
    ]);
    for (const [path, message] of [
      [`/scep/${'0'.repeat(12)}-x/y`, "A connector with this endpoint doesn't exist."],
      ['/nowhere', 'There is nothing at this URL.'],
    ]) {
      expect(errorOf(await fetch(`${listener.url}${path}`))).toEqual([
        ...[404, 'ResourceNotFoundException', message],
      ]);
    }
  });

  it('throttles in the words of AWS', async () => {
    isFull = true;
    const response = await post(Buffer.from('junk'));
    isFull = false;
    expect(errorOf(response)).toEqual([
      ...[503, 'ThrottlingException', 'The request was denied due to request throttling.'],
    ]);
  });

  it.each<[string, () => Error, unknown[]]>([
    [
      'the CA is unavailable',
      () => new IssuerError('unavailable', 'words of the CA'),
      [503, 'ServiceUnavailable', expect.stringContaining('Try again later')],
    ],
    [
      'there is a fault in the server',
      () => new TypeError('an internal of ours'),
      [500, 'InternalServerException', 'Internal error.'],
    ],
  ])('says that %s, and nothing internal', async (name, fault, expected) => {
    const { describeAuthority } = world.issuer;
    world.issuer.describeAuthority = () => Promise.reject(fault());
    const response = await enrol(world.challengePassword, name.replaceAll(' ', '-'));
    world.issuer.describeAuthority = describeAuthority;
    expect(errorOf(response)).toEqual(expected);
  });
});

describe('the headers of a refusal', () => {
  it.each([
    ['challenge-missing', 'BadRequestException', 'Exactly one challenge password is required'],
    ['challenge-repeated', 'BadRequestException', 'Exactly one challenge password is required'],
    ['key-not-allowed', 'BadRequestException', 'Key algorithm or length is not supported.'],
    ['message-type-unknown', 'BadRequestException', 'Unsupported PkiOperation messageType.'],
    ['authority-not-active', 'ValidationException', 'The certificate authority is not active.'],
    ['algorithm-not-allowed', 'ValidationException', 'an algorithm that this connector'],
    ['renewal-too-early', 'BadRequestException', 'not close enough to its end'],
  ] as const)('of %s are %s and "%s"', (reason, type, message) => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    setRefusalHeaders(response, new Refusal(reason));
    expect(response.getHeader('x-amzn-ErrorType')).toBe(type);
    expect(response.getHeader('x-amzn-ErrorMessage')).toContain(message);
  });

  it('hold no character that a header cannot hold, and are short', () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    setRefusalHeaders(
      response,
      new Refusal('name-not-allowed', `ü\r\nSet-Cookie: 𐅑${'x'.repeat(9_000)}`),
    );
    const message = String(response.getHeader('x-amzn-ErrorMessage'));
    expect(message).toMatch(/\(\?\?\?Set-Cookie: \?xxx/);
    expect(message).toMatch(/^[ -~]{512}$|^[ -~]{511}$/);
  });
});
