import { expect, it, onTestFinished } from 'vitest';
import { createOpsListener } from '../../../src/http/ops-listener.ts';
import { startListener } from '../../../src/http/start-listener.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { exchangeRaw } from '../../support/clients/raw-http.ts';

const log: string[] = [];

async function listen(isReady: () => Promise<string | undefined>): Promise<string> {
  log.length = 0;
  const app = createOpsListener(
    isReady,
    createLogger('debug', { write: (line) => log.push(line) }),
  );
  const listener = await startListener(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => listener.drain(0));
  return listener.url;
}

it('says at /readyz what is wrong, and at /livez that the process answers', async () => {
  let objection: string | undefined;
  const url = await listen(async () => objection);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  objection = 'the store cannot be read';
  const response = await fetch(`${url}/readyz`);
  expect([response.status, await response.text()]).toEqual([503, `${objection}\n`]);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
});

it.each(['/', '/livez/x', 'http://[::/'])('answers 404 in plain text to %s', async (target) => {
  const port = Number(new URL(await listen(async () => undefined)).port);
  const octets = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  const { received } = await exchangeRaw(port, octets);
  expect(received).toMatch(/^HTTP\/1\.1 404 /);
  expect(received).toMatch(/^Content-Type: text\/plain\r$/m);
});

it('answers an opaque 500 in plain text to an internal fault', async () => {
  const url = await listen(() => Promise.reject(new Error('an internal of ours')));
  const response = await fetch(`${url}/readyz`);
  expect([response.status, await response.text()]).toEqual([500, 'Internal error.\n']);
});

it('logs probes at the level debug, and what is no probe at info', async () => {
  const url = await listen(async () => undefined);
  for (const path of ['/livez', '/readyz', '/metrics']) await fetch(url + path);
  await fetch(`${url}/livez`, { method: 'OPTIONS' });
  const [debug, info] = [20, 30];
  const lines = log.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(lines.map(({ level, msg, path, httpStatus }) => [level, msg, path, httpStatus])).toEqual([
    [debug, 'probe answered', '/livez', 200],
    [debug, 'probe answered', '/readyz', 200],
    [info, 'request answered', '/metrics', 404],
    // Express answers this one.
    [info, 'request answered', '/livez', 200],
  ]);
});
