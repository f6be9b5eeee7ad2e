import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';
import { openMessageSource } from '../test/support/scep-messages/message-source.ts';
import { startConnector } from '../test/support/servers/start-connector.ts';
import { overKeptConnections, overNewConnections, rawRequest, type Send } from './raw-clients.ts';

/** How long each rate lasts. */
const SECONDS = 10;
const LANES = 16;
/** Shares of the server's capacity. */
const RATES = [1, 2, 4, 8];

interface Answer {
  /** The HTTP status; 0 for no answer. */
  readonly status: number;
  /** Counted from the planned time of sending, so delays of the clients count too. */
  readonly milliseconds: number;
}

type MakeRequest = () => Uint8Array;

it('measures enrolments beyond what one process can do', async () => {
  const { ready, process: server } = await startConnector();
  pin(server.pid, 0);
  pin(process.pid, 1);
  const nextMessage = await openMessageSource(ready.scepUrl, ready.challengePassword);
  const make = () => rawRequest(`${ready.scepUrl}?operation=PKIOperation`, nextMessage());
  const kept = overKeptConnections(ready.scepUrl);
  await measureCapacity(kept, make);
  const leisure = (await measureCapacity(kept, make)) / 4;
  const unhurried = await measureAt(kept, leisure, Array.from({ length: leisure * SECONDS }, make));
  const usual = percentile(served(unhurried), 50);
  console.log(`an enrolment of few takes ${usual.toFixed(0)} ms`);
  for (const send of [overNewConnections(ready.scepUrl), kept]) {
    console.log(send === kept ? 'over kept connections' : 'each over a connection of its own');
    for (const rate of RATES) {
      // Measured anew each time, because the machine's speed varies.
      const capacity = await measureCapacity(kept, make);
      const requests = Array.from({ length: capacity * rate * SECONDS }, make);
      const probes = new AbortController();
      const probing = [`${ready.scepUrl}?operation=GetCACaps`, `${ready.opsUrl}/readyz`].map(
        (url) => probe(url, probes.signal),
      );
      const answers = await measureAt(send, capacity * rate, requests);
      probes.abort();
      print(rate, answers, capacity, usual);
      const [capabilities = [], readiness = []] = await Promise.all(probing);
      console.log(
        `  GetCACaps ${times(capabilities, usual)}; /readyz ${times(readiness, usual)}; without an answer ${lost([...capabilities, ...readiness]).length}`,
      );
      await sleep(2_000);
    }
  }
  kept.close();
});

/**
 * Gives server and clients one processor each, so that they do not disturb each other. Where that
 * is impossible, they share.
 */
function pin(pid: number | undefined, processor: number): void {
  spawnSync('taskset', ['-a', '-c', '-p', String(processor), String(pid)], { stdio: 'ignore' });
}

/** Enrolments a second when a few devices always have one under way. */
async function measureCapacity(send: Send, make: MakeRequest): Promise<number> {
  const requests = Array.from({ length: 300 }, make);
  const count = { served: 0 };
  const lane = async () => {
    for (let next = requests.pop(); next !== undefined; next = requests.pop()) {
      if ((await send(next)) === 200) count.served += 1;
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: LANES }, lane));
  return (count.served * 1_000) / (performance.now() - begun);
}

/**
 * Devices arrive at random at this mean rate (enrolments a second), whatever happens to the others.
 */
async function measureAt(
  send: Send,
  rate: number,
  requests: readonly Uint8Array[],
): Promise<readonly Answer[]> {
  const answers: Promise<Answer>[] = [];
  let due = performance.now();
  for (const request of requests) {
    due += (-Math.log(1 - Math.random()) * 1_000) / rate;
    const early = due - performance.now();
    if (early > 1) await sleep(early);
    answers.push(measure(send, request, due));
  }
  return Promise.all(answers);
}

async function measure(send: Send, request: Uint8Array, due: number): Promise<Answer> {
  const status = await send(request);
  return { status, milliseconds: performance.now() - due };
}

/** Probes ten times a second, each over a new connection. */
async function probe(url: string, until: AbortSignal): Promise<readonly Answer[]> {
  const send = overNewConnections(url);
  const answers: Answer[] = [];
  while (!until.aborted) {
    answers.push(await measure(send, rawRequest(url), performance.now()));
    await sleep(100);
  }
  return answers;
}

const served = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200);
const refused = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 503);
const lost = (answers: readonly Answer[]) =>
  answers.filter(({ status }) => status !== 200 && status !== 503);

function percentile(answers: readonly Answer[], percent: number): number {
  const sorted = answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN;
}

function times(answers: readonly Answer[], usual: number): string {
  const ratio = (percent: number) => (percentile(answers, percent) / usual).toFixed(1);
  return answers.length === 0 ? 'none' : `p50 ${ratio(50)}, p99 ${ratio(99)} times the usual`;
}

function print(rate: number, answers: readonly Answer[], capacity: number, usual: number): void {
  const share = served(answers).length / (capacity * SECONDS);
  console.log(
    [
      `${rate} times as many as it can do: enrols ${share.toFixed(2)} of that`,
      times(served(answers), usual),
      `refused ${refused(answers).length} of ${answers.length}, ${times(refused(answers), usual)}`,
      `without an answer ${lost(answers).length}`,
    ].join('; '),
  );
}
