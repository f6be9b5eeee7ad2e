import { spawnSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';
import { openMessageSource } from '../test/support/message-source.ts';
import { startConnector } from '../test/support/start-connector.ts';

/** Seconds that each rate is kept up, and that a device waits for an answer (sscep and most MDM agents wait longer). */
const SECONDS = 15;
const PATIENCE = 30;
const LANES = 16;
/** As a share of what the server can do. */
const RATES = [0.5, 1, 2, 4, 8];

interface Answer {
  /** HTTP status; 0 when there was none. */
  readonly status: number;
  readonly milliseconds: number;
}

type Send = (message: Uint8Array) => Promise<Answer>;

it('enrolments beyond what one process can do', async () => {
  const { ready, process: server } = await startConnector();
  pin(server.pid, 0);
  pin(process.pid, 1);
  const nextMessage = await openMessageSource(ready.scepUrl, ready.challengePassword);
  const capacity = await measureCapacity(ready.scepUrl, nextMessage);
  console.log(`one process: ${capacity.toFixed(0)} enrolments in a second, over kept connections`);
  const unhurried = await measureAt(capacity / 4, ready.scepUrl, nextMessage);
  const usual = percentile(served(unhurried), 50);
  for (const rate of RATES) {
    const answers = await measureAt(capacity * rate, ready.scepUrl, nextMessage);
    print(rate, answers, capacity, usual);
    await sleep(2_000);
  }
});

/** Server and clients have a processor each, so that neither is measured by the other's haste. Where that cannot be, they share. */
function pin(pid: number | undefined, processor: number): void {
  spawnSync('taskset', ['-a', '-c', '-p', String(processor), String(pid)], { stdio: 'ignore' });
}

/** Enrolments in a second when a few devices have one ready at any time. */
async function measureCapacity(url: string, nextMessage: () => Uint8Array): Promise<number> {
  const messages = Array.from({ length: 1_500 }, nextMessage);
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const send = sender(url, agent);
  const lane = async (count: { served: number }) => {
    for (let message = messages.pop(); message !== undefined; message = messages.pop()) {
      if ((await send(message)).status === 200) count.served += 1;
    }
  };
  const warmUp = { served: 0 };
  const rest = messages.splice(500);
  await Promise.all(Array.from({ length: LANES }, () => lane(warmUp)));
  messages.push(...rest);
  const count = { served: 0 };
  const begun = performance.now();
  await Promise.all(Array.from({ length: LANES }, () => lane(count)));
  agent.destroy();
  return (count.served * 1_000) / (performance.now() - begun);
}

/** Devices come at random at this mean rate (enrolments in a second), each over a connection of its own, whatever became of the others. */
async function measureAt(
  rate: number,
  url: string,
  nextMessage: () => Uint8Array,
): Promise<readonly Answer[]> {
  const messages = Array.from({ length: Math.round(rate * SECONDS) }, nextMessage);
  const send = sender(url, new Agent({ keepAlive: false }));
  const answers: Promise<Answer>[] = [];
  let due = performance.now();
  for (const message of messages) {
    due += (-Math.log(1 - Math.random()) * 1_000) / rate;
    const early = due - performance.now();
    if (early > 1) await sleep(early);
    answers.push(send(message));
  }
  return Promise.all(answers);
}

function sender(url: string, agent: Agent): Send {
  return (message) =>
    new Promise((resolve) => {
      const begun = performance.now();
      const done = (status: number) => resolve({ status, milliseconds: performance.now() - begun });
      const headers = { 'Content-Type': 'application/x-pki-message' };
      const options = { agent, method: 'POST', headers, timeout: PATIENCE * 1_000 };
      const sent = request(`${url}?operation=PKIOperation`, options, (response) => {
        response.resume().once('end', () => done(response.statusCode ?? 0));
      });
      sent.once('timeout', () => sent.destroy(new Error('nothing came')));
      sent.once('error', () => done(0));
      sent.end(message);
    });
}

const served = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200);

function percentile(answers: readonly Answer[], percent: number): number {
  const sorted = answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN;
}

function print(rate: number, answers: readonly Answer[], capacity: number, usual: number): void {
  const refused = answers.filter(({ status }) => status === 503);
  const lost = answers.filter(({ status }) => status !== 200 && status !== 503);
  const ratio = (part: readonly Answer[], percent: number) =>
    part.length === 0 ? 'none' : `${(percentile(part, percent) / usual).toFixed(1)} times`;
  const share = served(answers).length / (capacity * SECONDS);
  console.log(
    [
      `${rate} times that: enrols ${share.toFixed(2)} of it`,
      `waiting p50 ${ratio(served(answers), 50)}, p99 ${ratio(served(answers), 99)} the usual ${usual.toFixed(0)} ms`,
      `refused ${refused.length} of ${answers.length} (p50 ${ratio(refused, 50)}, p99 ${ratio(refused, 99)})`,
      `without an answer ${lost.length}`,
    ].join('; '),
  );
}
