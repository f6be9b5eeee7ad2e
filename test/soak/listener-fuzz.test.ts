// The real server behind real sockets, with requests that no HTTP client would send
// (docs/rfc8894-conformance.md S4 and S23).
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCaCertificates } from '../../src/scep/read-ca-certificates.ts';
import { exchangeRaw, statusesIn } from '../support/clients/raw-http.ts';
import { drawSamples } from '../support/load/draw-samples.ts';
import { FUZZ_SECONDS } from '../support/load/fuzz-seconds.ts';
import { leastCost } from '../support/load/least-cost.ts';
import { goldenRequests } from '../support/scep-messages/golden-requests.ts';
import { HOSTILE_BODIES } from '../support/scep-messages/hostile-bodies.ts';
import { mutated } from '../support/scep-messages/mutate-bytes.ts';
import { deviceCsr, deviceRequest, makeDevice } from '../support/scep-messages/test-device.ts';
import { cpuMilliseconds, residentMebibytes } from '../support/servers/server-process.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';

const MAX_CPU_MS = 50;
const MAX_GROWTH_MIB = 48;
const BATCH = 200;
const AT_ONCE = 8;
/** Enough batches to compare the quarters of a fuzz on the slowest machine. */
const FEWEST_BATCHES = 20;
/**
 * An answer that must come may take as long as a busy machine stands still. Other answers are not
 * waited for that long.
 */
const PATIENCE_MS = 60_000;
const HASTE_MS = 2_000;

type Manner = 'end' | 'reset' | 'wait';
type Draw<T> = (count: number) => T[];

// Only Linux lets us read the CPU time and memory of another process.
const isLinux = existsSync('/proc/self/task');
if (!isLinux) {
  if (process.env['CI'] === 'true') throw new Error('CI must measure the server through /proc');
  console.warn('skipped: the fuzz of the listener needs /proc');
}

describe.runIf(isLinux)('the enrol listener', () => {
  let connector: RunningConnector;
  let port: number;
  let target: string;
  let pid: number;
  let messages: readonly Uint8Array[];

  beforeAll(async () => {
    connector = await startConnector({ args: ['--log-level', 'silent'] });
    const url = new URL(connector.ready.scepUrl);
    port = Number(url.port);
    target = url.pathname;
    pid = connector.process.pid ?? 0;
    messages = [...goldenRequests().map(([, message]) => message), ...(await ownRequests())];
  });

  /**
   * Requests that this server can decrypt, so that their mutations get further than those of the
   * corpus.
   */
  async function ownRequests(): Promise<readonly Uint8Array[]> {
    const response = await fetch(`${connector.ready.scepUrl}?operation=GetCACert`);
    const { recipient: ra } = readCaCertificates(
      new Uint8Array(await response.arrayBuffer()),
      response.headers.get('content-type') ?? '',
      new Date(),
    );
    const device = makeDevice();
    const csr = deviceCsr(device, { challengePassword: 'wrong-challenge' });
    const types = ['PKCSReq', 'RenewalReq', 'CertPoll', 'GetCert', 'GetCRL'] as const;
    return types.map((type) => deviceRequest(device, ra, csr, { type }));
  }

  const capabilities = () => `GET ${target}?operation=GetCACaps HTTP/1.1\r\nHost: fuzz\r\n\r\n`;

  const post = (body: Uint8Array) =>
    Buffer.concat([
      Buffer.from(
        `POST ${target}?operation=PKIOperation HTTP/1.1\r\nHost: fuzz\r\n` +
          `Connection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
      ),
      body,
    ]);

  const get = (body: Uint8Array) => {
    const message = encodeURIComponent(Buffer.from(body).toString('base64'));
    return Buffer.from(
      `GET ${target}?operation=PKIOperation&message=${message} HTTP/1.1\r\nHost: fuzz\r\nConnection: close\r\n\r\n`,
    );
  };

  /** Fails when the server has ended or does not answer correctly. */
  async function expectAlive(): Promise<void> {
    expect(connector.process.exitCode).toBeNull();
    const response = await fetch(`${connector.ready.scepUrl}?operation=GetCACaps`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('SCEPStandard');
  }

  /** Sends one request and makes the server close the connection. */
  const send = (request: Uint8Array | string, timeoutMs = PATIENCE_MS) =>
    exchangeRaw(port, request, { ending: 'end', timeoutMs });

  /** Sends one request alone and measures what the server spends on it. */
  async function expectCheap(request: Uint8Array): Promise<void> {
    const least = await leastCost(MAX_CPU_MS, async () => {
      const before = cpuMilliseconds(pid);
      await send(request, HASTE_MS);
      return cpuMilliseconds(pid) - before;
    });
    if (least > MAX_CPU_MS) {
      expect.fail(`${least} ms of CPU for ${Buffer.from(request).toString('base64')}`);
    }
  }

  it.each(HOSTILE_BODIES)('refuses a body of %s cheaply', async (_name, body) => {
    const request = post(body);
    await expectCheap(request);
    const { received } = await send(request);
    expect(statusesIn(received)).toEqual([body.length > 256 * 1024 ? 413 : 400]);
    await expectAlive();
  });

  it('answers all pipelined requests in order', async () => {
    const { received } = await send(capabilities().repeat(500));
    expect(statusesIn(received)).toEqual(Array.from({ length: 500 }, () => 200));
  });

  const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: fuzz\r\n\r\n';
  const CHUNKED = `0\r\n\r\n${SMUGGLED}`;
  const length = `Content-Length: ${CHUNKED.length}`;
  it.each([
    ['a length and chunks', [length, 'Transfer-Encoding: chunked'], CHUNKED],
    ['chunks and a length', ['Transfer-Encoding: chunked', length], CHUNKED],
    ['two lengths', ['Content-Length: 0', length], CHUNKED],
    ['a list of lengths', [`Content-Length: 0, ${CHUNKED.length}`], CHUNKED],
    ['a signed length', ['Content-Length: +0'], SMUGGLED],
    ['a negative length', ['Content-Length: -1'], SMUGGLED],
    ['a hexadecimal length', ['Content-Length: 0x10'], SMUGGLED],
    ['a length beyond counting', ['Content-Length: 18446744073709551616'], SMUGGLED],
    ['an unknown coding', ['Transfer-Encoding: xchunked'], CHUNKED],
    ['chunks named twice', ['Transfer-Encoding: chunked, identity'], CHUNKED],
    ['a space before the colon', ['Transfer-Encoding : chunked', length], CHUNKED],
    ['a folded header', ['Transfer-Encoding:\r\n chunked', length], CHUNKED],
    ['a bare line feed', [`Foo: bar\nTransfer-Encoding: chunked`, length], CHUNKED],
    ['a chunk size of words', ['Transfer-Encoding: chunked'], `zz\r\n${SMUGGLED}`],
    [
      'a chunk size that overflows',
      ['Transfer-Encoding: chunked'],
      `fffffffffffffffff\r\n${SMUGGLED}`,
    ],
    ['a NUL in a header', ['Foo: a\0b', 'Content-Length: 0'], SMUGGLED],
  ])('finds no second request inside one with %s', async (_name, headers, body) => {
    const head = [`POST ${target}?operation=PKIOperation HTTP/1.1`, 'Host: fuzz', ...headers];
    const { received } = await send(`${head.join('\r\n')}\r\n\r\n${body}`);
    expect(statusesIn(received)).toEqual([400]);
    await expectAlive();
  });

  /**
   * Sends requests of every kind for some time, one by one and in storms. Returns the size of the
   * server after each batch, in MiB.
   */
  async function fuzz(drawRequests: Draw<Uint8Array>, drawStorm: Draw<[Uint8Array, Manner]>) {
    const deadline = Date.now() + FUZZ_SECONDS * 1_000;
    const resident: number[] = [];
    const costs: number[] = [];
    while (Date.now() < deadline || resident.length < FEWEST_BATCHES) {
      for (const request of drawRequests(BATCH / 2)) await expectCheap(request);
      const storm = drawStorm(BATCH);
      const before = cpuMilliseconds(pid);
      await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, lane) => {
          for (let i = lane; i < storm.length; i += AT_ONCE) {
            const [request, ending] = storm[i] ?? [randomBytes(1), 'end'];
            await exchangeRaw(port, request, {
              ending,
              timeoutMs: ending === 'wait' ? 100 : HASTE_MS,
            });
          }
        }),
      );
      costs.push((cpuMilliseconds(pid) - before) / storm.length);
      await expectAlive();
      resident.push(residentMebibytes(pid));
    }
    expect(median(costs)).toBeLessThan(MAX_CPU_MS);
    return resident;
  }

  it(`survives ${FUZZ_SECONDS} s of mutations, costs little and grows no larger`, async () => {
    const octets: fc.Arbitrary<Uint8Array> = fc.oneof(
      { weight: 5, arbitrary: mutated(messages).map(post) },
      { weight: 2, arbitrary: mutated(messages).map(get) },
      { weight: 3, arbitrary: mutated([Buffer.from(capabilities()), ...messages.map(post)]) },
      {
        weight: 1,
        arbitrary: fc
          .integer({ min: 2, max: 50 })
          .map((n) => Buffer.from(capabilities().repeat(n))),
      },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4_000 }) },
    );
    const manners = fc.constantFrom<Manner>('end', 'end', 'end', 'reset', 'wait');
    const draw = [drawSamples(octets), drawSamples(fc.tuple(octets, manners))] as const;
    // A leak grows every time. A heap that settles, or a late garbage collection, grows once.
    let growth = Number.POSITIVE_INFINITY;
    for (let time = 0; time < 3 && growth >= MAX_GROWTH_MIB; time += 1) {
      const resident = await fuzz(...draw);
      const half = resident.slice(resident.length >>> 2, resident.length >>> 1);
      const last = resident.slice(-half.length);
      growth = median(last) - median(half);
      console.log(
        `${resident.length * 1.5 * BATCH} connections; ${median(last).toFixed(0)} MiB at the end, ${growth.toFixed(1)} more than at half time`,
      );
    }
    expect(growth).toBeLessThan(MAX_GROWTH_MIB);
  }, 1_800_000);

  it('cuts off clients that send slowly or nothing, and serves the others meanwhile', async () => {
    const head = `POST ${target}?operation=PKIOperation HTTP/1.1\r\nHost: fuzz\r\nContent-Length: 9000\r\n`;
    const kinds = ['', head, `${head}\r\n`];
    const slow = Array.from({ length: 150 }, (_, i) => trickle(kinds[i % kinds.length] ?? ''));
    const patience = AbortSignal.timeout(300_000);
    const all = Promise.all(slow).then(() => 'all are cut off');
    let outcome: string | undefined;
    while (outcome === undefined && !patience.aborted) {
      await expectAlive();
      outcome = await Promise.race([all, sleep(1_000).then(() => undefined)]);
    }
    expect(outcome).toBe('all are cut off');
  });

  /**
   * Sends the beginning at once and then one octet a second. Resolves when the server closes the
   * connection.
   */
  async function trickle(beginning: string): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.write(beginning);
    const drip = setInterval(() => beginning !== '' && socket.write('x'), 1_000);
    socket.on('error', () => undefined);
    socket.resume();
    await new Promise((resolve) => {
      socket.on('close', resolve);
    });
    clearInterval(drip);
  }
});

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >>> 1] ?? 0;
}
