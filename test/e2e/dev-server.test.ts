import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parseSignedData } from '../../src/cms/parse-signed-data.ts';
import { MODERN_ALGORITHMS } from '../../src/scep/algorithm-policy.ts';
import { readCertRep } from '../../src/scep/read-cert-rep.ts';
import { readPkiRequest } from '../../src/scep/read-pki-message.ts';
import { type Certificate, parseCertificate } from '../../src/x509/parse-certificate.ts';
import { runCommand } from '../support/clients/run-command.ts';
import { deviceCsr, deviceRequest, makeDevice } from '../support/scep-messages/test-device.ts';
import { childProcesses, isAlive } from '../support/servers/child-processes.ts';
import { type RunningConnector, startConnector } from '../support/servers/start-connector.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
const ANY_PORTS = ['--enrol-port', '0', '--api-port', '0', '--ops-port', '0'];
const device = makeDevice();

async function raCertificate(url: string): Promise<Certificate> {
  const response = await fetch(`${url}?operation=GetCACert`);
  const { certificates } = parseSignedData(new Uint8Array(await response.arrayBuffer()));
  return parseCertificate(certificates[0] ?? new Uint8Array());
}

/** Enrols and returns the serial number of the certificate. */
async function enrol(url: string, ra: Certificate, message: Uint8Array): Promise<string> {
  const response = await fetch(`${url}?operation=PKIOperation`, {
    method: 'POST',
    body: Buffer.from(message),
  });
  expect(response.status).toBe(200);
  const { attributes, senderNonce } = readPkiRequest(message);
  const expected = {
    transactionId: attributes.transactionId,
    senderNonce,
    signers: [ra],
    policy: MODERN_ALGORITHMS,
  };
  const reply = readCertRep(new Uint8Array(await response.arrayBuffer()), expected, device);
  if (reply.status !== 'SUCCESS') throw new Error(`the server answered ${JSON.stringify(reply)}`);
  return Buffer.from(reply.certificates[0]?.serialNumber ?? []).toString('hex');
}

const request = (server: RunningConnector, ra: Certificate, transactionId: string) => {
  const csr = deviceCsr(device, { challengePassword: server.ready.challengePassword });
  return deviceRequest(device, ra, csr, { transactionId });
};

describe('scep-connector dev', () => {
  it('prints what it made, warns, answers health checks, drains on SIGTERM and exits with 0', async () => {
    const server = await startConnector();
    const { ready } = server;
    expect(ready.connectorArn).toContain(`${ready.region}:${ready.accountId}:connector/`);
    expect((await fetch(`${ready.opsUrl}/livez`)).status).toBe(200);
    await expect.poll(async () => (await fetch(`${ready.opsUrl}/readyz`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
    expect(server.stdout()).toContain(ready.scepUrl);
    expect(server.stdout()).toContain(ready.challengePassword);
    expect(server.stdout()).toContain(ready.caFingerprintSha256);
    expect(server.stderr()).toContain('single DES and SHA-1');
  });

  it('says where it listens beside the URL that devices use', async () => {
    const publicUrl = 'https://devices.example.com/pki';
    const { ready, stderr, stop } = await startConnector({ args: ['--public-url', publicUrl] });
    expect(ready.scepUrl.startsWith(`${publicUrl}/scep/`)).toBe(true);
    const local = ready.scepUrl.replace(publicUrl, ready.enrolLocalUrl);
    expect((await fetch(`${local}?operation=GetCACaps`)).status).toBe(200);
    expect(await stop()).toBe(0);
    expect(stderr()).toContain(`"enrolLocalUrl":"${ready.enrolLocalUrl}"`);
  });

  it('runs several processes, of which one makes the installation and prints it once', async () => {
    const server = await startConnector({ args: ['--workers', '3', '--rotate-ra'] });
    const { ready } = server;
    const workers = () => childProcesses(server.process.pid ?? 0);
    await expect.poll(() => workers().length).toBe(3);
    await expect.poll(async () => (await fetch(`${ready.opsUrl}/readyz`)).status).toBe(200);
    const ra = await raCertificate(ready.scepUrl);
    // Each request is a connection of its own, so the processes take turns.
    const serials = await Promise.all(
      [1, 2, 3, 4].map((number) => enrol(ready.scepUrl, ra, request(server, ra, `w${number}`))),
    );
    expect(new Set(serials).size).toBe(4);
    expect(server.stdout().split('scep-connector is ready')).toHaveLength(2);
    expect(server.stdout()).toContain(ready.challengePassword);
    expect(server.stderr().split('"msg":"listening"')).toHaveLength(2);
    const left = workers();
    expect(await server.stop()).toBe(0);
    expect(left.filter(isAlive)).toEqual([]);
  });

  it('with several processes refuses a ready file that cannot be written in one line', async () => {
    const args = ['dev', '--data-dir', tempDirectory(), ...ANY_PORTS, '--workers', '2'];
    const readyFile = path.join(tempDirectory(), 'missing', 'ready.json');
    const refused = await runCommand(process.execPath, [MAIN, ...args, '--ready-file', readyFile]);
    expect(refused.code).toBe(2);
    const lines = refused.stderr.split('\n').filter((line) => line.startsWith('scep-connector:'));
    expect(lines).toEqual([expect.stringContaining('--ready-file')]);
  });

  it('finds the same CA, connector, challenge and RA at a later start, and keeps secrets readable for the owner only', async () => {
    const first = await startConnector();
    const raBefore = await raCertificate(first.ready.scepUrl);
    await first.stop();
    const second = await startConnector({ dataDir: first.dataDir });
    const { scepUrl, enrolUrl, enrolLocalUrl, apiUrl, opsUrl, ...same } = second.ready;
    expect(first.ready).toMatchObject(same);
    expect(new URL(scepUrl).pathname).toBe(new URL(first.ready.scepUrl).pathname);
    expect(scepUrl.startsWith(enrolUrl)).toBe(true);
    expect(enrolLocalUrl).toBe(enrolUrl);
    expect([apiUrl, opsUrl].every(Boolean)).toBe(true);
    expect(Buffer.compare((await raCertificate(scepUrl)).der, raBefore.der)).toBe(0);
    expect(statSync(path.join(first.dataDir, 'master.key')).mode & 0o077).toBe(0);
    await second.stop();
    const store = readFileSync(path.join(first.dataDir, 'store', 'data.mdb'));
    expect(store.includes(first.ready.challengePassword)).toBe(false);
  });

  it('finishes a request in progress after SIGTERM', async () => {
    const server = await startConnector();
    const ra = await raCertificate(server.ready.scepUrl);
    const answers = Array.from({ length: 10 }, (_, i) =>
      enrol(server.ready.scepUrl, ra, request(server, ra, `draining-${i}`)),
    );
    // A server that is too slow for all of them refuses some.
    await Promise.any(answers);
    const code = server.stop();
    const settled = await Promise.allSettled(answers);
    expect(await code).toBe(0);
    // A connection may not have been accepted when the listener closed. The accepted ones are
    // answered.
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
  });
});

describe('kill -9', () => {
  it('between issuing and answering lets the retry get the same serial after a restart', async () => {
    let server = await startConnector();
    const ra = await raCertificate(server.ready.scepUrl);
    for (let round = 0; round < 4; round += 1) {
      const message = request(server, ra, `killed-${round}`);
      const url = server.ready.scepUrl;
      const unanswered = enrol(url, ra, message).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, round * 8));
      await server.kill();
      const before = await unanswered;
      server = await startConnector({ dataDir: server.dataDir });
      // Killed while it asked the CA, the server counts as alive for ten seconds, and the device is
      // told to wait.
      const { scepUrl } = server.ready;
      const after = await vi.waitFor(() => enrol(scepUrl, ra, message), {
        timeout: 90_000,
        interval: 500,
      });
      const again = await enrol(server.ready.scepUrl, ra, message);
      expect(again).toBe(after);
      if (before !== undefined) expect(after).toBe(before);
    }
    await server.stop();
  });
});

describe('a mistake on the command line', () => {
  const run = (...args: string[]) => runCommand(process.execPath, [MAIN, ...args]);

  it.each([
    [['dev', '--enrol-port', 'x'], /--enrol-port takes a port/],
    [['dev', '--enrol-port', '70000'], /--enrol-port takes a port/],
    [['dev', '--log-level', 'loud'], /--log-level takes one of/],
    [['dev', '--no-such-option'], /unknown option/],
    [['no-such-command'], /unknown command/],
    [['dev', '--public-url', 'ftp://x'], /--public-url takes an http or https URL/],
    [['dev', '--ca-delay', '-1'], /--ca-delay takes a whole number of seconds/],
  ])('%j is answered by one line and exit code 2', async (args, line) => {
    const result = await run(...args);
    expect(result.code).toBe(2);
    expect(result.stderr.trim()).toMatch(line);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  it.each(['1', '2'])('is reported for a port in use, by %s processes', async (workers) => {
    const server = await startConnector();
    const port = new URL(server.ready.enrolUrl).port;
    const result = await run(
      ...['dev', '--data-dir', tempDirectory(), '--workers', workers],
      ...['--enrol-port', port, '--api-port', '0', '--ops-port', '0'],
    );
    expect(result.code).toBe(2);
    expect(result.stderr.match(/scep-connector:/g)).toHaveLength(1);
    expect(result.stderr).toMatch(/port \d+ is in use; choose another port/);
    await server.stop();
  });

  it('is reported for an unknown host, and for a ready file that cannot be written', async () => {
    const args = ['dev', '--data-dir', tempDirectory(), ...ANY_PORTS];
    const host = await run(...args, '--host', 'nowhere.invalid');
    expect(host.code).toBe(2);
    expect(host.stderr).toMatch(/nowhere\.invalid .*--host/);
    const file = await run(...args, '--ready-file', path.join(tempDirectory(), 'no', 'ready.json'));
    expect(file.code).toBe(2);
    expect(file.stderr).toMatch(/--ready-file .* cannot be written/);
    expect(file.stdout).toBe('');
  });

  it('is reported for a damaged and for a foreign master key', async () => {
    const server = await startConnector();
    await server.stop();
    const file = path.join(server.dataDir, 'master.key');
    const args = ['dev', '--data-dir', server.dataDir, ...ANY_PORTS];
    writeFileSync(file, 'no key');
    const damaged = await run(...args);
    expect(damaged.code).toBe(2);
    expect(damaged.stderr).toMatch(/master\.key does not hold 64 hexadecimal digits/);
    writeFileSync(file, randomBytes(32).toString('hex'));
    const foreign = await run(...args);
    expect(foreign.code).toBe(2);
    expect(foreign.stderr).toMatch(/master key/);
    expect(foreign.stderr).not.toMatch(/\n\s+at /);
  });

  it('is reported for a data directory that cannot be made', async () => {
    const directory = tempDirectory();
    mkdirSync(directory, { recursive: true });
    const file = path.join(directory, 'file');
    writeFileSync(file, '');
    const result = await run('dev', '--data-dir', path.join(file, 'data'));
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('--data-dir');
    expect(existsSync(path.join(file, 'data'))).toBe(false);
  });
});

it('warns of a master key that others can read', async () => {
  const { dataDir, stop } = await startConnector();
  await stop();
  const masterKey = path.join(dataDir, 'master.key');
  chmodSync(masterKey, 0o644);
  const again = await startConnector({ dataDir });
  await expect.poll(() => again.stderr()).toContain(`${masterKey} is open to others`);
  expect(await again.stop()).toBe(0);
});
