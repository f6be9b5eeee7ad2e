import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { openMessageSource } from '../support/scep-messages/message-source.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { FREE_PORTS, type RunningServe, startServe } from '../support/servers/start-serve.ts';

/** A data directory that `dev` made and `serve` uses now. */
let tried: Pick<RunningConnector, 'ready' | 'dataDir'>;

beforeAll(async () => {
  const { ready, dataDir, stop } = await startConnector();
  await stop();
  tried = { ready, dataDir };
});

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

/** Long enough that nothing ends before the test has looked. */
const LONG_SECONDS = 600;
const DEVICES = 6;

it('a server that ends under load cuts off no device, because the load balancer learns of it first', async () => {
  const server = await start({ drainDelaySeconds: LONG_SECONDS });
  const url = `${scepUrlOf(server)}?operation=PKIOperation`;
  const next = await openMessageSource(scepUrlOf(server), tried.ready.challengePassword);
  const messages = Array.from({ length: 200 }, next);
  const before: string[] = [];
  const after: string[] = [];
  let isBalanced = true;
  let isHeard = false;
  const device = async () => {
    while (isBalanced) {
      const noted = isHeard ? after : before;
      const body = messages.pop() ?? next();
      const response = await fetch(url, { method: 'POST', body });
      const { byteLength } = await response.arrayBuffer();
      const isWhole = byteLength === Number(response.headers.get('content-length'));
      const { status, headers } = response;
      noted.push(`${status}, ${headers.get('content-type')}, ${isWhole}`);
      if (noted === after) expect(headers.get('connection')).toBe('close');
    }
  };
  const devices = Promise.all(Array.from({ length: DEVICES }, device));
  await expect.poll(() => before.length).toBeGreaterThan(20);
  await expect.poll(() => readyz(server)).toEqual({ status: 200, text: 'ok\n' });
  server.process.kill('SIGTERM');
  await expect
    .poll(() => readyz(server))
    .toEqual({ status: 503, text: 'the server is about to end\n' });
  isHeard = true;
  await expect.poll(() => after.length).toBeGreaterThan(2 * DEVICES);
  isBalanced = false;
  await devices;
  expect([...new Set([...before, ...after])]).toEqual(['200, application/x-pki-message, true']);
  await server.kill();
});

it('a server ends once the drain delay is over', async () => {
  const server = await start({ drainDelaySeconds: 1 });
  const answer = await fetch(`${scepUrlOf(server)}?operation=GetCACaps`);
  expect(answer.headers.get('connection')).toBe('keep-alive');
  expect(await server.stop()).toBe(0);
});

it('a second signal a second later ends it at once, but an echo of the first does not', async () => {
  const server = await start({ drainDelaySeconds: LONG_SECONDS });
  // Delivers both signals at the same moment, even if this process is delayed in between.
  for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) {
    server.process.kill(signal);
  }
  await expect.poll(async () => (await readyz(server)).status).toBe(503);
  // Signals within the first second count as echoes.
  const interrupt = () => {
    server.process.kill('SIGINT');
    return server.process.signalCode;
  };
  await expect.poll(interrupt, { interval: 100 }).toBe('SIGINT');
});
