import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { openMessageSource } from '../support/message-source.ts';
import type { RunningConnector } from '../support/start-connector.ts';
import { startConnector } from '../support/start-connector.ts';
import type { RunningServe } from '../support/start-serve.ts';
import { FREE_PORTS, startServe } from '../support/start-serve.ts';

/** What somebody tried with `dev` first, and serves now. */
let tried: Pick<RunningConnector, 'ready' | 'dataDir'>;

beforeAll(async () => {
  const { ready, dataDir, stop } = await startConnector();
  await stop();
  tried = { ready, dataDir };
}, 60_000);

async function start(settings: Readonly<Record<string, unknown>>): Promise<RunningServe> {
  const masterKeyFile = path.join(tried.dataDir, 'master.key');
  return startServe({
    settings: { dataDir: tried.dataDir, masterKeyFile, ...FREE_PORTS, ...settings },
  });
}

const scepUrlOf = (server: RunningServe) => server.enrolUrl + new URL(tried.ready.scepUrl).pathname;
const readyz = async ({ opsUrl }: RunningServe) => {
  const response = await fetch(`${opsUrl}/readyz`);
  return { status: response.status, text: await response.text() };
};

test('a server that ends under load cuts off no device: the load balancer hears of it first', async () => {
  const server = await start({ drainDelaySeconds: 3 });
  const url = `${scepUrlOf(server)}?operation=PKIOperation`;
  const next = await openMessageSource(scepUrlOf(server), tried.ready.challengePassword);
  const messages = Array.from({ length: 200 }, next);
  const answers: string[] = [];
  const lastOfConnection: boolean[] = [];
  let isBalanced = true;
  const device = async () => {
    while (isBalanced) {
      const body = messages.pop() ?? next();
      const response = await fetch(url, { method: 'POST', body });
      const { byteLength } = await response.arrayBuffer();
      const isWhole = byteLength === Number(response.headers.get('content-length'));
      answers.push(`${response.status}, ${response.headers.get('content-type')}, ${isWhole}`);
      lastOfConnection.push(response.headers.get('connection') === 'close');
    }
  };
  const devices = Promise.all(Array.from({ length: 6 }, device));
  await expect.poll(() => answers.length, { timeout: 20_000 }).toBeGreaterThan(20);
  expect(await readyz(server)).toEqual({ status: 200, text: 'ok\n' });
  expect(lastOfConnection).not.toContain(true);
  server.process.kill('SIGTERM');
  await expect
    .poll(() => readyz(server))
    .toEqual({
      status: 503,
      text: 'the server is about to end\n',
    });
  await sleep(500);
  isBalanced = false;
  await devices;
  expect([...new Set(answers)]).toEqual(['200, application/x-pki-message, true']);
  expect(lastOfConnection.slice(-6)).toEqual(Array.from({ length: 6 }, () => true));
  expect(await server.stop()).toBe(0);
}, 60_000);

test('a second signal, a second later, ends it at once; an echo of the first does not', async () => {
  const server = await start({ drainDelaySeconds: 60 });
  const ended = once(server.process, 'exit');
  server.process.kill('SIGINT');
  server.process.kill('SIGTERM');
  await expect.poll(async () => (await readyz(server)).status).toBe(503);
  await sleep(1_100);
  expect((await readyz(server)).status).toBe(503);
  server.process.kill('SIGINT');
  expect(await ended).toEqual([null, 'SIGINT']);
}, 60_000);
