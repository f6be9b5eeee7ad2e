import { connect } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectorPath } from '../../../src/connectors/connector-urls.ts';
import { findConnectorByPath } from '../../../src/connectors/find-connector.ts';
import { createRaIdentityFinder } from '../../../src/connectors/ra/ra-identities.ts';
import { createEnrolListener } from '../../../src/http/enrol-listener.ts';
import { type LoadLimit, limitLoad } from '../../../src/http/limit-load.ts';
import { startListener } from '../../../src/http/start-listener.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { openInMemoryRecordStore } from '../../support/fakes/in-memory-record-store.ts';
import { type InterruptibleStore, interruptible } from '../../support/fakes/interruptible-store.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';
import { startApi } from '../../support/servers/start-api.ts';

const quiet = createLogger('silent');
let device: TestDevice;
let world: EnrolmentWorld;
let transactions = 0;

beforeAll(async () => {
  device = makeDevice();
  world = await makeEnrolmentWorld();
});

function message(): Uint8Array<ArrayBuffer> {
  transactions += 1;
  const csr = deviceCsr(device, { challengePassword: world.challengePassword });
  const transactionId = `unavailable-${transactions}`;
  return Uint8Array.from(deviceRequest(device, world.ra, csr, { transactionId }));
}

/** The enrol listener on a store that can be made unavailable. */
async function listen(load?: LoadLimit, logger = quiet) {
  const store = interruptible(world.store);
  const findRaIdentities = createRaIdentityFinder({ ...world.deps, store });
  const app = createEnrolListener({
    enrolment: { ...world.deps, store, findRaIdentities },
    findConnector: (segment, secret) => findConnectorByPath(store, segment, secret),
    ...{ logger, ...(load && { load }) },
  });
  const listener = await startListener(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => listener.drain(0));
  const url = listener.url + connectorPath(world.connector);
  const ask = (operation: string) => fetch(`${url}?operation=${operation}`);
  const post = () => fetch(`${url}?operation=PKIOperation`, { method: 'POST', body: message() });
  return { store, url, ask, post };
}

/** Counts the store calls of an enrolment. */
async function callsOf(store: InterruptibleStore, post: () => Promise<Response>): Promise<number> {
  const before = store.calls;
  expect((await post()).status).toBe(200);
  return store.calls - before;
}

async function expectRetryLater(response: Response): Promise<void> {
  expect(response.status).toBe(503);
  const seconds = Number(response.headers.get('retry-after'));
  expect(seconds).toBeGreaterThanOrEqual(5);
  expect(seconds).toBeLessThanOrEqual(15);
  const text = await response.text();
  expect(text).toMatch(/Try again later\.\n$/);
  expect(text).not.toContain('words');
}

describe('a server whose store is unavailable', () => {
  it('answers every SCEP operation with 503 and Retry-After, and serves it again afterwards', async () => {
    const { store, ask, post } = await listen();
    store.state = 'away';
    for (const operation of ['GetCACaps', 'GetCACert', 'GetNextCACert', 'PKIOperation']) {
      await expectRetryLater(await ask(operation));
    }
    await expectRetryLater(await post());
    store.state = 'there';
    expect((await ask('GetCACert')).status).toBe(200);
    expect((await post()).status).toBe(200);
  });

  it('logs many failures in one line', async () => {
    const log: string[] = [];
    const { store, ask } = await listen(
      undefined,
      createLogger('warn', { write: (line) => log.push(line) }),
    );
    store.state = 'away';
    for (let i = 0; i < 10; i += 1) await expectRetryLater(await ask('GetCACert'));
    expect(log.filter((line) => line.includes('the store cannot be used'))).toHaveLength(1);
    expect(log.join('')).toContain('words of the store');
  });

  it('answers 503 at any store call of an enrolment at which the outage begins', async () => {
    const { store, post } = await listen();
    const calls = await callsOf(store, post);
    expect(calls).toBeGreaterThan(5);
    for (let last = 0; last < calls; last += 1) {
      store.leavesAfter = store.calls + last;
      await expectRetryLater(await post());
      store.leavesAfter = undefined;
      store.state = 'there';
    }
    expect((await post()).status).toBe(200);
  });

  it('answers ServiceUnavailable with 503 in both API protocols, which SDKs retry', async () => {
    const store = interruptible(openInMemoryRecordStore(Date.now));
    store.state = 'away';
    const connectorApi = { store } as unknown as NonNullable<
      Parameters<typeof startApi>[0]
    >['connectorApi'];
    const servePrivateCa = async () => store.get('p', 'c', 'k');
    const api = await startApi({ ...(connectorApi && { connectorApi }), servePrivateCa });
    onTestFinished(() => api.stop());
    const rest = await api.send({ target: '/connectors' });
    const rpc = await api.send({
      service: 'acm-pca',
      method: 'POST',
      target: '/',
      headers: { 'x-amz-target': 'ACMPrivateCA.ListCertificateAuthorities' },
      body: '{}',
    });
    for (const { status, error, text } of [rest, rpc]) {
      expect({ status, error }).toEqual({ status: 503, error: 'ServiceUnavailable' });
      expect(text).not.toContain('words');
    }
    expect(api.log.join('')).toContain('words of the store');
  });
});

describe('an overloaded server', () => {
  /** A listener with room for one message, which another message takes until `release`. */
  async function taken() {
    const load = limitLoad({ maxConcurrent: 1, logger: quiet });
    const server = await listen(load);
    let release: (() => void) | undefined;
    void load.admit(() => new Promise<void>((resolve) => (release = resolve)));
    await expect.poll(() => release).toBeDefined();
    return { ...server, release: () => release?.() };
  }

  it('answers PKIOperation with 503 and Retry-After without asking the store', async () => {
    const { store, ask, post, release } = await taken();
    await expectRetryLater(await post());
    await expectRetryLater(await ask('PKIOperation&message=MIIB'));
    expect(store.calls).toBe(0);
    release();
    await expect.poll(async () => (await post()).status).toBe(200);
  });

  it('still answers GetCACaps and GetCACert', async () => {
    const { ask } = await taken();
    expect((await ask('GetCACaps')).status).toBe(200);
    expect((await ask('GetCACert')).status).toBe(200);
  });

  it('answers before the body is sent', async () => {
    const { url } = await taken();
    const { port, pathname } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(`POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n`);
    const [octets] = (await new Promise((resolve) =>
      socket.once('data', (chunk: Buffer) => resolve([chunk])),
    )) as [Buffer];
    expect(octets.toString()).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: \d+\r\n/s);
  });

  it('does not count a request that is still being sent', async () => {
    const load = limitLoad({ maxConcurrent: 1, logger: quiet });
    const { url, post } = await listen(load);
    const { port, pathname } = new URL(url);
    const slow = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void slow.destroy());
    const head = `POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\nabc`;
    await new Promise((resolve) => slow.write(head, resolve));
    expect((await post()).status).toBe(200);
  });
});
