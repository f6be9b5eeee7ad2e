import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { enrolDevice } from '../support/clients/enrol-device.ts';
import { exchangeRaw } from '../support/clients/raw-http.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { freePort } from '../support/servers/free-port.ts';
import { MAIN } from '../support/servers/spawn-server.ts';
import { startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const NODE = process.execPath;
/** About two megabytes; a pipe holds 64 KiB, and the end that is not read as much again. */
const UNREAD_LINES = 6_000;

/** Redirects in a shell: `command > /dev/full` behaves as a full disk. */
function runOnFullDisk(args: readonly string[], redirection: string) {
  return runCommand('sh', ['-c', `exec "$0" "$@" ${redirection}`, NODE, MAIN, ...args]);
}

it.each([
  ['help', ['enrol', '--help']],
  ['what a command prints', ['completion', 'bash']],
])('%s ends quietly when the reader of its output stops reading', async (_, args) => {
  expect(await runUnread(NODE, [MAIN, ...args])).toEqual({ code: 0, stderr: '' });
});

it('the exit code still reports the work when nothing reads the output', async () => {
  const args = [MAIN, 'get-certificate', '--url', 'http://127.0.0.1:9/scep', '--json'];
  expect((await runUnread(NODE, [...args, '--nonsense'])).code).toBe(2);
});

it('a device gets its certificate although nothing reads the output', async () => {
  const { ready, stop } = await startConnector();
  const out = path.join(tempDirectory(), 'out');
  const args = [
    ...[MAIN, 'enrol', '--url', ready.scepUrl, '--ca-fingerprint', ready.caFingerprintSha256],
    ...['--subject', 'CN=unread', '--out', out],
  ];
  const ended = await runUnread(NODE, args, { SCEP_CHALLENGE: ready.challengePassword });
  expect(ended).toEqual({ code: 0, stderr: '' });
  expect(existsSync(path.join(out, 'certificate.pem'))).toBe(true);
  expect(await stop()).toBe(0);
});

it.each([
  ['help', ['enrol', '--help']],
  ['what a command prints', ['completion', 'bash']],
])('%s reports a full disk in one line and with exit code 1', async (_, args) => {
  const { code, stderr } = await runOnFullDisk(args, '>/dev/full');
  expect(stderr).toBe('scep-connector: cannot write to standard output: ENOSPC\n');
  expect(code).toBe(1);
});

it('errors that cannot be written do not change the exit code', async () => {
  expect((await runOnFullDisk(['nonsense'], '2>/dev/full')).code).toBe(2);
});

it('a server keeps running when the reader of its log ends', async () => {
  const { process: server, ready, stop } = await startConnector();
  const gone = [server.stdout, server.stderr].flatMap((stream) =>
    stream ? once(stream, 'close') : [],
  );
  server.stdout?.destroy();
  server.stderr?.destroy();
  await Promise.all(gone);
  expect((await enrolTo(ready)).code).toBe(0);
  expect((await refusedBy(ready)).code).toBe(1);
  expect((await enrolTo(ready)).code).toBe(0);
  expect(await stop()).toBe(0);
});

it('a server keeps running while there is no room for its log and output', async () => {
  const directory = tempDirectory();
  const readyFile = path.join(directory, 'ready.json');
  const full = openSync('/dev/full', 'w');
  const ports = ['enrol', 'api', 'ops'].flatMap((name) => [`--${name}-port`, '0']);
  const options = ['--data-dir', path.join(directory, 'data'), '--ready-file', readyFile];
  const server = spawn(NODE, [MAIN, 'dev', ...options, ...ports], {
    stdio: ['ignore', full, full],
  });
  closeSync(full);
  try {
    const ended = once(server, 'exit');
    await expect.poll(() => existsSync(readyFile)).toBe(true);
    const ready = JSON.parse(readFileSync(readyFile, 'utf8')) as Reachable;
    expect((await refusedBy(ready)).code).toBe(1);
    expect((await enrolTo(ready)).code).toBe(0);
    server.kill('SIGTERM');
    // The output is lost.
    expect(await ended).toEqual([1, null]);
  } finally {
    server.kill('SIGKILL');
  }
});

it('a server works and ends while nobody reads its log and output', async () => {
  const directory = tempDirectory();
  const readyFile = path.join(directory, 'ready.json');
  const ports = ['enrol', 'api', 'ops'].flatMap((name) => [`--${name}-port`, '0']);
  const options = ['--data-dir', path.join(directory, 'data'), '--ready-file', readyFile];
  const server = spawn(NODE, [MAIN, 'dev', ...options, ...ports], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const ended = once(server, 'exit');
    await expect.poll(() => existsSync(readyFile)).toBe(true);
    const ready = JSON.parse(readFileSync(readyFile, 'utf8')) as Reachable;
    await expectLinesUnread(Number(new URL(ready.apiUrl).port));
    expect((await fetch(`${ready.opsUrl}/livez`)).status).toBe(200);
    expect((await enrolTo(ready)).code).toBe(0);
    server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    server.kill('SIGKILL');
  }
});

it('workers work and end while nobody reads their logs', async () => {
  const { dataDir, stop } = await startConnector();
  await stop();
  const [api, ops] = [await freePort(), await freePort()];
  const file = path.join(tempDirectory(), 'serve.json');
  const settings = {
    ...{ dataDir, masterKeyFile: path.join(dataDir, 'master.key'), workers: 2 },
    ...{ enrol: { host: '127.0.0.1', port: 0 }, api: { port: api }, ops: { port: ops } },
  };
  writeFileSync(file, JSON.stringify(settings));
  const server = spawn(NODE, [MAIN, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const ended = once(server, 'exit');
    const isReady = () =>
      fetch(`http://127.0.0.1:${ops}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isReady).toBe(true);
    await expectLinesUnread(api);
    expect((await fetch(`http://127.0.0.1:${ops}/livez`)).status).toBe(200);
    server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    server.kill('SIGKILL');
  }
});

/** Makes the server log a line for each of so many requests that no pipe holds them. */
async function expectLinesUnread(apiPort: number): Promise<void> {
  for (let time = 0; time < UNREAD_LINES / 500; time += 1) {
    const requests = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(500);
    const { received } = await exchangeRaw(apiPort, requests, { ending: 'end' });
    expect(received.match(/HTTP\/1\.1 403 /g)).toHaveLength(500);
  }
}

interface Reachable {
  readonly apiUrl: string;
  readonly opsUrl?: string;
  readonly scepUrl: string;
  readonly challengePassword: string;
  readonly caFingerprintSha256: string;
}

function enrolTo(ready: Reachable, challenge = ready.challengePassword) {
  const { scepUrl: url, caFingerprintSha256: caFingerprint } = ready;
  return enrolDevice({ url, challenge, caFingerprint, subject: 'CN=device' });
}

/** The server logs each refusal. */
function refusedBy(ready: Reachable) {
  return enrolTo(ready, 'not-the-challenge');
}

/**
 * Runs a program whose standard output is closed before the program starts.
 * @returns the exit code, and what it wrote to standard error
 */
async function runUnread(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  // The shell becomes the program once the reader has gone.
  const child = spawn('sh', ['-c', 'read _; exec "$0" "$@"', command, ...args], {
    env: { ...process.env, ...env },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const ended = once(child, 'close');
  const gone = once(child.stdout, 'close');
  child.stdout.destroy();
  await gone;
  child.stdin.end('\n');
  await ended;
  return { code: child.exitCode, stderr };
}
