import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientWorld } from '../../../../src/cli/device/client-world.ts';
import { registerEnrolCommand, runEnrol } from '../../../../src/cli/device/enrol.ts';
import { ScepClientError } from '../../../../src/cli/scep-client/scep-client-error.ts';
import { fingerprintOf } from '../../../../src/cli/scep-client/trust-ca.ts';
import { UsageError } from '../../../../src/config/usage-error.ts';
import { challengePasswords } from '../../../../src/scep/challenge-passwords.ts';
import type { CertificationRequest } from '../../../../src/x509/parse-certification-request.ts';
import { makeRequest, verifyChain } from '../../../support/clients/openssl.ts';
import {
  type FakeScepServer,
  issueFor,
  MODERN_CAPABILITIES,
  startFakeScepServer,
} from '../../../support/fakes/fake-scep-server.ts';
import { tempDirectory } from '../../../support/servers/temp-directory.ts';

const CHALLENGE = 'correct-horse';
let server: FakeScepServer;
let out: string;

beforeAll(async () => {
  server = await startFakeScepServer();
});

beforeEach(() => {
  out = path.join(tempDirectory(), 'device');
  server.log.length = 0;
  server.requests.length = 0;
  Object.assign(server.behaviour, {
    capabilities: MODERN_CAPABILITIES,
    verdict: () => ({
      issue: (request: CertificationRequest) => issueFor(request, server.issuingCa),
    }),
    intercept: () => false,
    signer: server.ra,
  });
});

interface Outcome {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly error: unknown;
}

/** Runs the command in this process with a replaced world. */
async function enrol(...args: readonly string[]): Promise<Outcome> {
  const printed = { stdout: '', stderr: '' };
  const world: ClientWorld = {
    print: (text) => {
      printed.stdout += text;
    },
    warn: (text) => {
      printed.stderr += text;
    },
    environment: { challengePassword: CHALLENGE },
    clock: () => new Date(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    sleep: () => Promise.resolve(),
  };
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeOut: world.print, writeErr: world.warn });
  let code: number | undefined;
  registerEnrolCommand(program, async (options) => {
    code = await runEnrol(options, world);
    return 0;
  });
  const error = await program.parseAsync(['enrol', ...args], { from: 'user' }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  for (const text of [
    printed.stdout,
    printed.stderr,
    error instanceof Error ? error.message : '',
  ]) {
    expect(text).not.toContain(CHALLENGE);
    expect(text).not.toContain('hidden-in-the-path');
    expect(text).not.toContain('PRIVATE KEY');
  }
  return { code, error, ...printed };
}

function usual(...more: readonly string[]): string[] {
  const fingerprint = fingerprintOf(server.root.certificate);
  return [
    ...['--url', server.url.href, '--out', out, '--ca-fingerprint', fingerprint],
    ...['--subject', 'CN=device', ...more],
  ];
}

function written(): string[] {
  return existsSync(out) ? readdirSync(out).toSorted() : [];
}

const ALL_FILES = ['ca.pem', 'certificate.pem', 'chain.pem', 'key.pem', 'request.csr'];

describe('issued', () => {
  it('writes the key, the request, the certificate and its chain', async () => {
    const { code, stdout, stderr } = await enrol(...usual());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(written()).toEqual(ALL_FILES);
    expect(statSync(path.join(out, 'key.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(out, 'request.csr')).mode & 0o777).toBe(0o600);
    const [certificate, chain, ca] = ['certificate.pem', 'chain.pem', 'ca.pem'].map((name) =>
      path.join(out, name),
    ) as [string, string, string];
    expect(await verifyChain(certificate, ca, chain)).toMatch(/OK$/);
    const { serialNumber } = new X509Certificate(readFileSync(certificate));
    expect(stdout).toMatch(/^issued\n {2}subject +CN=device\n {2}issuer +CN=Issuing CA\n/);
    expect(stdout).toContain(`serial      ${serialNumber}\n`);
    expect(stdout).toContain(certificate);
    expect(server.requests.flatMap(challengePasswords)).toEqual([CHALLENGE]);
  });

  it('prints the result as JSON with --json', async () => {
    const { stdout } = await enrol(...usual('--json'));
    const certificate = new X509Certificate(readFileSync(path.join(out, 'certificate.pem')));
    expect(JSON.parse(stdout)).toEqual({
      ...{ status: 'issued', subject: 'CN=device', issuer: 'CN=Issuing CA' },
      transactionId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      serialNumber: certificate.serialNumber,
      notBefore: new Date(certificate.validFrom).toISOString(),
      notAfter: new Date(certificate.validTo).toISOString(),
      fingerprintSha256: createHash('sha256').update(certificate.raw).digest('hex'),
      caFingerprintSha256: fingerprintOf(server.root.certificate),
      files: {
        ...{ key: path.join(out, 'key.pem'), request: path.join(out, 'request.csr') },
        ...{ certificate: path.join(out, 'certificate.pem'), ca: path.join(out, 'ca.pem') },
        chain: path.join(out, 'chain.pem'),
      },
    });
  });

  it('warns of trust on first use, with the fingerprint for the next time', async () => {
    const { code, stderr } = await enrol(
      ...['--url', server.url.href, '--out', out, '--subject', 'CN=device'],
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: trusting "CN=Root" without a check/);
    expect(stderr).toContain(`--ca-fingerprint ${fingerprintOf(server.root.certificate)}`);
  });

  it('warns when the server offers only SHA-1 and triple DES', async () => {
    server.behaviour.capabilities = '';
    expect((await enrol(...usual())).stderr).toMatch(/using SHA-1 and triple DES/);
    const chosen = usual('--force', '--digest', 'sha256', '--cipher', 'aes256');
    expect((await enrol(...chosen)).stderr).toBe('');
  });

  it('sends a finished request with its key unchanged', async () => {
    const { keyFile, requestFile } = await makeRequest(tempDirectory(), 'ready', {
      ...{ subject: '/CN=ready', challengePassword: 'their-own' },
    });
    const { code } = await enrol(
      ...['--url', server.url.href, '--out', out, '--csr', requestFile, '--key', keyFile],
    );
    expect(code).toBe(0);
    expect(written()).toEqual(['ca.pem', 'certificate.pem', 'chain.pem']);
    expect(server.requests.flatMap(challengePasswords)).toEqual(['their-own']);
  });
});

describe('a second attempt', () => {
  it('sends the same request again after a lost reply', async () => {
    const { verdict } = server.behaviour;
    server.behaviour.verdict = () => 'lose';
    const lost = await enrol(...usual());
    const key = path.join(out, 'key.pem');
    expect(lost.error).toBeInstanceOf(ScepClientError);
    expect(lost.error).toHaveProperty('message', expect.stringContaining(`--key ${key}`));
    expect(written()).toEqual(['key.pem', 'request.csr']);

    server.behaviour.verdict = verdict;
    expect((await enrol(...usual('--key', key))).code).toBe(0);
    expect(written()).toEqual(ALL_FILES);
    const [first, second] = server.requests;
    expect(second?.der).toEqual(first?.der);
  });

  it('replaces a key or a certificate only with --force', async () => {
    await enrol(...usual());
    const before = readFileSync(path.join(out, 'key.pem'), 'utf8');
    server.log.length = 0;
    const again = await enrol(...usual());
    expect(again.error).toBeInstanceOf(UsageError);
    expect(again.error).toHaveProperty('message', expect.stringMatching(/key\.pem exists already/));
    const renewed = await enrol(...usual('--key', path.join(out, 'key.pem')));
    expect(renewed.error).toHaveProperty(
      ...['message', expect.stringMatching(/certificate\.pem exists already/)],
    );
    expect(server.log).toEqual([]);
    expect(readFileSync(path.join(out, 'key.pem'), 'utf8')).toBe(before);
    expect((await enrol(...usual('--force'))).code).toBe(0);
    expect(readFileSync(path.join(out, 'key.pem'), 'utf8')).not.toBe(before);
  });
});

describe('not issued', () => {
  it('exits 1 with the failInfo and its text when the server refuses', async () => {
    server.behaviour.verdict = () => ({ refuse: 'badRequest', text: 'Not\x1b[31m you.' });
    const { code, stdout, stderr } = await enrol(...usual('--json'));
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'refused: badRequest: Not [31m you.\n' });
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ status: 'refused', failInfo: 'badRequest', failInfoText: 'Not [31m you.' },
    });
    expect(written()).toEqual([]);
  });

  it('can be repeated after a refusal without --force', async () => {
    const { verdict } = server.behaviour;
    server.behaviour.verdict = () => ({ refuse: 'badRequest', text: 'Not yet.' });
    expect((await enrol(...usual())).code).toBe(1);
    server.behaviour.verdict = verdict;
    expect((await enrol(...usual())).code).toBe(0);
    expect(written()).toEqual(ALL_FILES);
  });

  it('leaves the key of the user after a refusal', async () => {
    const { keyFile } = await makeRequest(tempDirectory(), 'mine', { subject: '/CN=mine' });
    server.behaviour.verdict = () => ({ refuse: 'badRequest', text: 'Not yet.' });
    expect((await enrol(...usual('--key', keyFile))).code).toBe(1);
    expect([existsSync(keyFile), written()]).toEqual([true, []]);
  });

  it('sends another request for the key of one that was pending', async () => {
    const { verdict } = server.behaviour;
    server.behaviour.verdict = () => 'pending';
    expect((await enrol(...usual('--poll-limit', '0'))).code).toBe(3);
    server.behaviour.verdict = verdict;
    const key = path.join(out, 'key.pem');
    const renamed = usual('--key', key, '--subject', 'CN=other');
    expect((await enrol(...renamed)).stdout).toContain('subject     CN=other\n');
  });

  it('exits 3 when the request is still pending', async () => {
    server.behaviour.verdict = () => 'pending';
    const { code, stderr, stdout } = await enrol(...usual('--poll-limit', '2', '--json'));
    expect(code).toBe(3);
    expect(stderr).toContain(`--key ${path.join(out, 'key.pem')}`);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'pending' });
    expect(server.log.filter((line) => line.includes('CertPoll'))).toHaveLength(2);
  });

  it('sends no request and writes nothing when the CA is not the expected one', async () => {
    const { error, stdout } = await enrol(...usual('--ca-fingerprint', '00'.repeat(32), '--json'));
    expect(error).toBeInstanceOf(ScepClientError);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'error' });
    expect(server.log).toEqual(['GET GetCACaps', 'GET GetCACert']);
    expect(written()).toEqual([]);
  });

  it('writes no certificate for another key', async () => {
    server.behaviour.verdict = () => ({ issue: () => server.ra });
    expect((await enrol(...usual())).error).toBeInstanceOf(ScepClientError);
    expect(written()).toEqual(['key.pem', 'request.csr']);
  });
});

describe('usage', () => {
  it.each([
    [['--subject', 'CN=a'], /'--url <url>' not specified/],
    [['--url', 'ftp://a', '--subject', 'CN=a'], /http:\/\//],
    [['--url', 'http://a', '--ca-fingerprint', 'abcd'], /64 hexadecimal digits/],
    [['--url', 'http://a', '--method', 'put'], /Allowed choices are auto, get, post/],
    [['--url', 'http://a', '--cipher', 'des'], /Allowed choices/],
    [['--url', 'http://a', '--digest', 'md5'], /Allowed choices/],
    [['--url', 'http://a', '--timeout', '0'], /from 1 to 600/],
    [['--url', 'http://a', '--csr', 'f', '--subject', 'CN=a'], /cannot be used with/],
    [['--url', 'http://a', '--csr', 'f', '--challenge', 'x'], /cannot be used with/],
    [['--url', 'http://a', '--key', 'f', '--key-algorithm', 'rsa:4096'], /cannot be used with/],
    [['--url', 'http://a', '--challenge', 'x', '--challenge-file', 'f'], /cannot be used with/],
    [['--url', 'http://a', '--unknown'], /unknown option/],
  ])('refuses %j', async (args, message) => {
    const { error, stderr } = await enrol(...args);
    expect(error).toBeInstanceOf(CommanderError);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  it.each([
    [['--out', 'nowhere'], /use --subject/],
    [['--subject', 'device'], /TYPE=value/],
    [['--subject', 'CN=a', '--key', 'no-such-file'], /cannot read no-such-file: ENOENT/],
    [['--csr', 'no-such-file'], /--csr needs --key/],
  ])('refuses %j before it sends anything', async (args, message) => {
    const { error } = await enrol('--url', server.url.href, ...args);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toHaveProperty('message', expect.stringMatching(message));
    expect(server.log).toEqual([]);
  });

  it('sets the exit code of the process', async () => {
    const { exitCode } = process;
    const program = new Command();
    const run = vi.fn(() => Promise.resolve(3));
    registerEnrolCommand(program, run);
    await program.parseAsync(['enroll', '--url', 'http://a'], { from: 'user' });
    expect(process.exitCode).toBe(3);
    process.exitCode = exitCode;
    expect(run).toHaveBeenCalledWith(
      expect.objectContaining({
        keyAlgorithm: { type: 'rsa', bits: 2048 },
        method: 'auto',
        out: '.',
        timeout: 30,
      }),
    );
  });

  it('does not print the path of a wrong URL', async () => {
    writeFileSync(path.join(tempDirectory(), 'x'), '');
    const { error } = await enrol(
      ...['--url', 'http://127.0.0.1:1/hidden-in-the-path', '--subject', 'CN=a', '--out', out],
    );
    expect(error).toHaveProperty('message', expect.stringContaining('http://127.0.0.1:1 failed'));
  });
});
