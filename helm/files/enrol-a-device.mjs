// What `helm test` runs, in the image of the server: creates a connector and a challenge over the
// API, enrols a device with `scep-connector enrol`, verifies the certificate, and deletes the
// connector. Prints a line for each step and no secret.
//
// Environment: API_URL, ENROL_URL (the enrol listener as the pod reaches it), CREDENTIALS_FILE;
// and, if not empty, USER_NAME, CA_ARN, REGION, TLS_CA (PEM) and PROGRAM (main.js of the server).
import { spawn } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const { API_URL = '', ENROL_URL = '', CREDENTIALS_FILE = '' } = process.env;
const { USER_NAME, CA_ARN, REGION, TLS_CA } = process.env;
const PROGRAM = process.env.PROGRAM || '/app/dist/main.js';
const directory = mkdtempSync(path.join(tmpdir(), 'enrol-a-device-'));
const undo = [];

try {
  await enrolADevice();
  say('passed');
} catch (error) {
  say(`failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  for (const step of undo.reverse())
    await step().catch(({ message }) => say(`left over: ${message}`));
  rmSync(directory, { recursive: true });
}

async function enrolADevice() {
  const authority = CA_ARN || (await findAuthority()) || (await createAuthority());
  say(`the CA is ${authority}`);
  const caFile = path.join(directory, 'authority.pem');
  // With AWS Private CA this server does not serve the API of Private CA.
  const isOurs = await api('ca', 'certificate', authority, '--out', caFile).then(
    () => true,
    () => false,
  );
  const connector = await api('connector', 'create', '--ca-arn', authority);
  undo.push(() => api('connector', 'delete', connector, '--yes', '--wait', '180'));
  const Connector = await untilActive(connector);
  say(`created the connector ${connector}`);
  const challenge = await api('challenge', 'create', connector);
  const password = await api('challenge', 'password', challenge);
  const url = new URL(new URL(Connector.Endpoint).pathname, ENROL_URL);
  say(`enrols at ${url.origin}, which devices reach at ${new URL(Connector.Endpoint).origin}`);
  const options = [
    ...['enrol', '--url', url.href, '--subject', 'CN=helm-test', '--out', directory],
    ...['--poll-interval', '3', '--poll-limit', '40'],
    ...(isOurs ? ['--ca-file', caFile] : []),
    ...(TLS_CA ? ['--tls-ca', TLS_CA] : []),
  ];
  await run(options, { SCEP_CHALLENGE: password });
  verify();
}

async function untilActive(connector) {
  for (let look = 0; look < 90; look += 1) {
    const { Connector } = JSON.parse(await api('connector', 'show', connector, '--json'));
    if (Connector.Status === 'ACTIVE') return Connector;
    if (Connector.Status !== 'CREATING') {
      throw new Error(`the connector is ${Connector.Status}: ${Connector.StatusReason}`);
    }
    await sleep(2_000);
  }
  throw new Error('the connector is still CREATING after three minutes');
}

/** The first CA of this server that can issue. */
async function findAuthority() {
  const answer = await api('ca', 'list', '--status', 'ACTIVE', '--json').catch((error) => {
    throw new Error(`${error.message}; with AWS Private CA set test.certificateAuthorityArn`);
  });
  return JSON.parse(answer).CertificateAuthorities[0]?.Arn;
}

async function createAuthority() {
  const subject = `CN=helm test ${new Date().toISOString()}`;
  const arn = await api('ca', 'create', '--root', '--subject', subject, '--validity', '7d');
  undo.push(async () => {
    await api('ca', 'disable', arn);
    await api('ca', 'delete', arn, '--days', '7', '--yes');
  });
  return arn;
}

/** Checks that the certificate is for the key, and that each in the chain issued the one before. */
function verify() {
  const file = (name) => readFileSync(path.join(directory, name), 'utf8');
  const blocks = `${file('chain.pem')}${file('ca.pem')}`.match(
    /-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g,
  );
  const chain = [...new Set(blocks)].map((pem) => new X509Certificate(pem));
  const [device] = chain;
  if (!device.checkPrivateKey(createPrivateKey(file('key.pem')))) {
    throw new Error('the certificate is for another key');
  }
  chain.forEach((certificate, i) => {
    const issuer = chain[i + 1] ?? certificate;
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) {
      throw new Error(`"${certificate.subject}" is not issued by "${issuer.subject}"`);
    }
    if (Date.parse(certificate.validTo) < Date.now())
      throw new Error(`"${certificate.subject}" has ended`);
  });
  say(`verified ${chain.map(({ subject }) => subject.replaceAll('\n', ', ')).join(' <- ')}`);
}

function api(...args) {
  const tls = TLS_CA && API_URL.startsWith('https:') ? ['--tls-ca', TLS_CA] : [];
  return run([...args, '--endpoint', API_URL, ...tls], {
    ...accessKey(),
    AWS_REGION: CA_ARN ? CA_ARN.split(':')[3] : REGION || 'us-east-1',
  });
}

/** The credential of USER_NAME, or the first without a policy, which may do all in its account. */
function accessKey() {
  const { parse } = createRequire(PROGRAM)('yaml');
  const credentials = parse(readFileSync(CREDENTIALS_FILE, 'utf8'));
  const chosen = credentials.find(({ userName, policy }) =>
    USER_NAME ? userName === USER_NAME : policy === undefined,
  );
  if (chosen === undefined) {
    throw new Error(
      USER_NAME ? `there is no user ${USER_NAME}` : 'every user has a policy; set test.userName',
    );
  }
  return {
    AWS_ACCESS_KEY_ID: chosen.accessKeyId,
    AWS_SECRET_ACCESS_KEY: chosen.secretAccessKey,
    ...(chosen.sessionToken && { AWS_SESSION_TOKEN: chosen.sessionToken }),
  };
}

/** Returns the command's output. @throws Error with the line on standard error when it fails */
function run(args, environment) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { PATH: process.env.PATH, HOME: directory, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        printed[name] += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(printed.stdout.trim());
      else reject(new Error(`${args.slice(0, 2).join(' ')}: ${printed.stderr.trim()}`));
    });
  });
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
