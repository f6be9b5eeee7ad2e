// What a hundred connections cost whose bodies come in the smallest pieces
// (docs/rfc8894-conformance.md S3).
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { signRequest } from '../support/clients/sign-request.ts';
import { residentMebibytes } from '../support/servers/server-process.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';

const CONNECTIONS = 100;
const ATTACK_MS = 10_000;
const MAX_GROWTH_MIB = 64;
const PAUSE_MS = 20;

const CHUNKS = Buffer.from('1\r\nx\r\n'.repeat(10_000));
const OCTET = Buffer.from('x');

// Only Linux lets us read the memory of another process.
const isLinux = existsSync('/proc/self/status');
if (!isLinux) console.warn('skipped: the soak of small pieces needs /proc');

describe.runIf(isLinux)('a hundred connections', () => {
  let connector: RunningConnector;
  let head: (path: string, ...lines: readonly string[]) => string;

  beforeAll(async () => {
    connector = await startConnector({ args: ['--log-level', 'silent'] });
    head = (path, ...lines) => [`POST ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  });

  const chunked = 'Transfer-Encoding: chunked';
  const scepPath = () => new URL(connector.ready.scepUrl).pathname;
  const ATTACKS: readonly (readonly [string, () => Promise<Attack>])[] = [
    [
      'they send chunks of one octet to a connector',
      async () => enrol(scepPath(), chunked, CHUNKS),
    ],
    [
      'they send chunks of one octet to no connector',
      async () => enrol('/scep/a/b', chunked, CHUNKS),
    ],
    [
      'they write their bodies octet by octet',
      async () => enrol(scepPath(), 'Content-Length: 262144', OCTET),
    ],
    ['they send chunks of one octet to the API, for a known key', callApi],
  ];

  interface Attack {
    readonly url: string;
    readonly head: string;
    readonly piece: Buffer;
  }

  function enrol(path: string, length: string, piece: Buffer): Attack {
    return { url: connector.ready.enrolUrl, head: head(path, 'Host: x', length), piece };
  }

  async function callApi(): Promise<Attack> {
    const { apiUrl: url, accessKeyId, region } = connector.ready;
    const { host } = new URL(url);
    const key = { accessKeyId, secretAccessKey: 'another secret', region, service: 'acm-pca' };
    const { headers, target } = await signRequest({ host, method: 'POST', ...key });
    const lines = headers
      .filter(([name]) => name.toLowerCase() !== 'x-amz-content-sha256')
      .map(([name, value]) => `${name}: ${value}`);
    return { url, head: head(target, ...lines, chunked), piece: CHUNKS };
  }

  it.each(ATTACKS)('costs little memory while %s', async (name, prepare) => {
    const attack = await prepare();
    const pid = connector.process.pid ?? 0;
    await askLivez();
    const idle = residentMebibytes(pid);
    const until = Date.now() + ATTACK_MS;
    const attackers = Array.from({ length: CONNECTIONS }, () => repeat(attack, until));
    const delays: number[] = [];
    let most = idle;
    while (Date.now() < until) {
      delays.push(await askLivez());
      most = Math.max(most, residentMebibytes(pid));
      await sleep(PAUSE_MS);
    }
    await Promise.all(attackers);
    const sorted = delays.toSorted((a, b) => a - b).map(Math.round);
    const [median, last] = [sorted[sorted.length >>> 1], sorted.at(-1)];
    const growth = Math.round(most - idle);
    console.log(`${name}: ${growth} MiB more; /livez after ${median} ms, at most ${last} ms`);
    expect(growth).toBeLessThan(MAX_GROWTH_MIB);
  });

  async function askLivez(): Promise<number> {
    const begun = performance.now();
    expect((await fetch(`${connector.ready.opsUrl}/livez`)).status).toBe(200);
    return performance.now() - begun;
  }

  /** Opens a connection again and again, and writes until the server ends it. */
  async function repeat(attack: Attack, until: number): Promise<void> {
    while (Date.now() < until) {
      await send(attack, until);
      await sleep(PAUSE_MS * 10);
    }
  }

  function send({ url, head: begin, piece }: Attack, until: number): Promise<void> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').setNoDelay(true);
    const end = setTimeout(() => socket.destroy(), until - Date.now());
    socket.on('error', () => undefined).resume();
    socket.write(begin);
    const write = () => {
      if (!socket.destroyed) socket.write(piece, () => setImmediate(write));
    };
    write();
    return new Promise((resolve) => {
      socket.once('close', () => {
        clearTimeout(end);
        resolve();
      });
    });
  }
});
