import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { it } from 'vitest';
import { enrolDevice } from '../test/support/clients/enrol-device.ts';
import { runOpenssl } from '../test/support/clients/run-openssl.ts';
import { openMessageSource } from '../test/support/scep-messages/message-source.ts';
import { cpuMilliseconds } from '../test/support/servers/server-process.ts';
import { type RunningConnector, startConnector } from '../test/support/servers/start-connector.ts';
import { tempDirectory } from '../test/support/servers/temp-directory.ts';

const ROUNDS = 3;
/** How long one kind of load lasts. */
const WINDOW_MS = 3_000;
/**
 * Devices that each always have an enrolment under way; relying parties do the same with an OCSP
 * request.
 */
const DEVICES = 16;
const FLOODS = [64, 256];

/** The answers in all windows of a kind. Times are milliseconds. */
interface Tally {
  readonly enrolments: number[];
  readonly refused: number[];
  readonly ocsp: number[];
  elapsed: number;
  processor: number;
}

type Send = (agent: Agent, count: Tally) => Promise<void>;

it('measures enrolments during a flood of OCSP requests with nonces', async () => {
  const server = await startConnector();
  const { ready } = server;
  const nextMessage = await openMessageSource(ready.scepUrl, ready.challengePassword);
  const messages = Array.from({ length: 12_000 }, nextMessage);
  const question = await askWithNonce(server);
  const enrol: Send = async (agent, count) => {
    const message = messages.pop();
    if (message === undefined) throw new Error('too few messages');
    const url = `${ready.scepUrl}?operation=PKIOperation`;
    const { status, milliseconds } = await post(agent, url, message);
    if (status !== 200) messages.push(message);
    (status === 200 ? count.enrolments : count.refused).push(milliseconds);
  };
  const ask: Send = async (agent, count) => {
    const { status, milliseconds } = await post(agent, `${ready.enrolUrl}/ocsp`, question);
    (status === 200 ? count.ocsp : count.refused).push(milliseconds);
  };
  const worlds = [
    { name: 'enrolments alone', devices: DEVICES, flood: 0, tally: newTally() },
    ...FLOODS.map((flood) => ({
      name: `OCSP of ${flood} alone`,
      devices: 0,
      flood,
      tally: newTally(),
    })),
    ...FLOODS.map((flood) => ({
      name: `both, OCSP of ${flood}`,
      devices: DEVICES,
      flood,
      tally: newTally(),
    })),
  ];
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { devices, flood, tally } of worlds) {
      // The first round warms up.
      const count = round === 0 ? newTally() : tally;
      const [begun, used] = [performance.now(), cpuMilliseconds(server.process.pid ?? 0)];
      // The server may have closed connections of the last window meanwhile.
      const agent = new Agent({ keepAlive: true });
      const lane = async (send: Send) => {
        while (performance.now() - begun < WINDOW_MS) await send(agent, count);
      };
      await Promise.all([
        ...Array.from({ length: devices }, () => lane(enrol)),
        ...Array.from({ length: flood }, () => lane(ask)),
      ]);
      agent.destroy();
      count.elapsed += performance.now() - begun;
      count.processor += cpuMilliseconds(server.process.pid ?? 0) - used;
    }
  }
  for (const { name, tally } of worlds) print(name, tally);
});

function newTally(): Tally {
  return { enrolments: [], refused: [], ocsp: [], elapsed: 0, processor: 0 };
}

/** OpenSSL's OCSP request for a certificate of the server's CA. */
async function askWithNonce({ ready }: RunningConnector): Promise<Uint8Array> {
  const { certificateFile } = await enrolDevice({
    url: ready.scepUrl,
    challenge: ready.challengePassword,
    caFingerprint: ready.caFingerprintSha256,
    subject: 'CN=asked-of',
  });
  const file = path.join(tempDirectory(), 'request.der');
  const about = ['-issuer', ready.caCertificateFile, '-cert', certificateFile];
  runOpenssl(['ocsp', ...about, '-nonce', '-reqout', file]);
  return readFileSync(file);
}

function post(agent: Agent, url: string, body: Uint8Array) {
  return new Promise<{ status: number; milliseconds: number }>((resolve, reject) => {
    const begun = performance.now();
    const sent = request(url, { agent, method: 'POST' }, (response) => {
      response.resume().once('end', () => {
        resolve({ status: response.statusCode ?? 0, milliseconds: performance.now() - begun });
      });
    });
    sent.once('error', reject).end(body);
  });
}

function print(name: string, { enrolments, refused, ocsp, elapsed, processor }: Tally): void {
  const rate = (answers: readonly number[]) =>
    `${((answers.length * 1_000) / elapsed).toFixed(0)}/s (${((answers.length * 1_000) / processor).toFixed(0)} per second of the server's processor time, median ${median(answers).toFixed(0)} ms)`;
  console.log(
    `${name}: enrolments ${rate(enrolments)}; OCSP ${rate(ocsp)}; refused ${refused.length}; the server had ${((processor * 100) / elapsed).toFixed(0)} % of a core`,
  );
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}
