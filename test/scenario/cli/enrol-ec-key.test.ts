import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodePem } from '../../../src/asn1/pem.ts';
import { registerEnrolCommand, runEnrol } from '../../../src/cli/device/enrol.ts';
import { UsageError } from '../../../src/config/usage-error.ts';
import { parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { describePublicKey, importPublicKey } from '../../../src/x509/public-key.ts';
import { runOrThrow } from '../../support/clients/run-command.ts';
import {
  type FakeScepServer,
  issueFor,
  startFakeScepServer,
} from '../../support/fakes/fake-scep-server.ts';
import { tempDirectory } from '../../support/servers/temp-directory.ts';

let server: FakeScepServer;
let out: string;

beforeAll(async () => {
  server = await startFakeScepServer();
});

beforeEach(() => {
  out = path.join(tempDirectory(), 'device');
  server.requests.length = 0;
  server.behaviour.verdict = () => ({
    issue: (request) => issueFor(request, server.issuingCa),
  });
});

async function enrol(...args: readonly string[]): Promise<number | undefined> {
  let code: number | undefined;
  const program = new Command();
  registerEnrolCommand(program, async (options) => {
    code = await runEnrol(options, {
      print: () => undefined,
      warn: () => undefined,
      environment: { challengePassword: undefined },
      clock: () => new Date(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      sleep: () => Promise.resolve(),
    });
    return 0;
  });
  const usual = ['--url', server.url.href, '--out', out];
  await program.parseAsync(['enrol', ...usual, ...args], { from: 'user' });
  return code;
}

const output = (name: string) => path.join(out, name);
const SUBJECT = ['--subject', 'CN=device', '--challenge', 'correct-horse'];

describe.each([
  ['ec:P-256', 'prime256v1', 'ecdsa-with-SHA256'],
  ['ec:P-384', 'secp384r1', 'ecdsa-with-SHA384'],
  ['ec:P-521', 'secp521r1', 'ecdsa-with-SHA512'],
] as const)('enrol with --key-algorithm %s', (name, curve, signatureAlgorithm) => {
  it('gets a certificate for the key, although the reply cannot be encrypted to it', async () => {
    expect(await enrol(...SUBJECT, '--key-algorithm', name)).toBe(0);
    const [der = new Uint8Array()] = decodePem(
      'CERTIFICATE',
      readFileSync(output('certificate.pem'), 'utf8'),
    );
    const key = importPublicKey(parseCertificate(der).subjectPublicKeyInfo);
    expect(describePublicKey(key)).toEqual({ type: 'ec', curve });
    const { stdout } = await runOrThrow('openssl', [
      ...['req', '-in', output('request.csr'), '-noout', '-text', '-verify'],
    ]);
    expect(stdout).toContain(`Signature Algorithm: ${signatureAlgorithm}`);
    expect(stdout).toContain('Digital Signature');
    expect(stdout).not.toContain('Key Encipherment');
  });
});

it('enrol polls with an EC key', async () => {
  server.behaviour.verdict = (type) =>
    type === 'PKCSReq' ? 'pending' : { issue: (request) => issueFor(request, server.issuingCa) };
  expect(await enrol(...SUBJECT, '--key-algorithm', 'ec:P-256')).toBe(0);
});

it('enrol sends the same request again when it is repeated, although ECDSA signatures are random', async () => {
  server.behaviour.verdict = () => 'lose';
  await expect(enrol(...SUBJECT, '--key-algorithm', 'ec:P-256')).rejects.toThrow(/--key/);
  server.behaviour.verdict = () => ({ issue: (request) => issueFor(request, server.issuingCa) });
  expect(await enrol(...SUBJECT, '--key', output('key.pem'))).toBe(0);
  const [first, second] = server.requests.map(({ der }) => Buffer.from(der).toString('hex'));
  expect(first).toBeDefined();
  expect(second).toBe(first);
});

it('enrol accepts a ready CSR of an EC key and reads the challenge from it', async () => {
  server.behaviour.verdict = () => 'pending';
  const args = ['--key-algorithm', 'ec:P-256', '--poll-limit', '0'];
  expect(await enrol(...SUBJECT, ...args)).toBe(3);
  server.behaviour.verdict = () => ({ issue: (request) => issueFor(request, server.issuingCa) });
  expect(await enrol('--csr', output('request.csr'), '--key', output('key.pem'))).toBe(0);
});

it('enrol reports at once that an EC key needs a challenge', async () => {
  server.log.length = 0;
  const withoutChallenge = ['--subject', 'CN=device', '--key-algorithm', 'ec:P-256'];
  await expect(enrol(...withoutChallenge)).rejects.toThrow(UsageError);
  await expect(enrol(...withoutChallenge)).rejects.toThrow(/encrypted with the challenge password/);
  expect(server.log).toEqual([]);
});
