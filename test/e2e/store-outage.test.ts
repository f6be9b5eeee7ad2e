import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment } from '../support/clients/aws-client.ts';
import { type Device, enrolDevice } from '../support/clients/enrol-device.ts';
import { runProgram } from '../support/clients/run-program.ts';
import { hasRedis } from '../support/redis/redis-process.ts';
import { type StandaloneRedis, startStandaloneRedis } from '../support/redis/redis-servers.ts';
import { FREE_PORTS, type RunningServe, startServe } from '../support/servers/start-serve.ts';

const MASTER_KEY = '00112233445566778899aabbccddeeff'.repeat(2);
const ADMINISTRATOR = {
  accessKeyId: 'AKIAOUTAGEOUTAGE0000',
  secretAccessKey: 'outage-secret-of-an-administrator-0123456',
  region: 'us-east-1',
};
const BOUND_MS = 2_000;

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
  readonly milliseconds: number;
}

describe.runIf(hasRedis())('serve on Redis', () => {
  let redis: StandaloneRedis;
  let server: RunningServe;
  let device: Omit<Device, 'subject'> | undefined;
  let devices = 0;

  function start(masterKey = MASTER_KEY): Promise<RunningServe> {
    const store = { kind: 'redis', redis: { nodes: redis.reach.nodes } };
    const env = {
      SCEP_CONNECTOR_MASTER_KEY: masterKey,
      SCEP_CONNECTOR_ACCESS_KEY_ID: ADMINISTRATOR.accessKeyId,
      SCEP_CONNECTOR_SECRET_ACCESS_KEY: ADMINISTRATOR.secretAccessKey,
      SCEP_CONNECTOR_ACCOUNT_ID: '123456789012',
      SCEP_CONNECTOR_USER_NAME: 'alice',
    };
    const secrets = [masterKey, ADMINISTRATOR.secretAccessKey];
    return startServe({ settings: { ...FREE_PORTS, store, drainSeconds: 5 }, env, secrets });
  }

  async function get(url: string, init: RequestInit = {}): Promise<Answer> {
    const begun = performance.now();
    const response = await fetch(url, init);
    const text = await response.text();
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      text,
      milliseconds: performance.now() - begun,
    };
  }

  /**
   * Asks until an answer came within the bound: before, the machine may have been slow, not the
   * server.
   */
  async function soonEnough(ask: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const answer = await ask();
      if (answer.milliseconds < BOUND_MS) return answer;
    }
  }

  const probe = async (name: 'livez' | 'readyz') => (await get(`${server.opsUrl}/${name}`)).status;

  /** Retries where the machine is so busy that Redis takes more than the second it is given. */
  async function admin(...args: readonly string[]): Promise<string> {
    const environment = awsEnvironment({ ...ADMINISTRATOR, apiUrl: server.apiUrl });
    const { code, stdout, stderr } = await runProgram(args, environment);
    if (stderr.includes('ServiceUnavailable')) return admin(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trim();
  }

  /** A CA, a connector and a challenge, all made through the API. */
  async function makeConnector(): Promise<Omit<Device, 'subject'>> {
    const options = ['--key-algorithm', 'EC_prime256v1', '--subject', 'CN=Outage'];
    const ca = await admin('ca', 'create', '--root', ...options);
    const arn = await admin('connector', 'create', '--ca-arn', ca, '--wait', '80');
    const made = await admin('challenge', 'create', arn, '--show-password');
    const shown = await admin('connector', 'show', arn, '--json');
    const { Connector } = JSON.parse(shown) as { Connector: { Endpoint: string } };
    const certificate = new X509Certificate(await admin('ca', 'certificate', ca));
    return {
      url: Connector.Endpoint,
      challenge: made.split('\n')[1] ?? '',
      caFingerprint: certificate.fingerprint256.replaceAll(':', ''),
    };
  }

  async function expectEnrolment(): Promise<void> {
    devices += 1;
    // After a restart the server may have other ports.
    if (device === undefined) throw new Error('there is no connector yet');
    const url = server.enrolUrl + new URL(device.url).pathname;
    const request = { ...device, url, subject: `CN=device-${devices}` };
    await expect.poll(() => enrolDevice(request)).toMatchObject({ code: 0 });
  }

  /** Expects the answers that devices, probes and administrators get while the store is away. */
  async function expectOutage(): Promise<void> {
    await expect.poll(() => probe('readyz')).toBe(503);
    const ready = await soonEnough(() => get(`${server.opsUrl}/readyz`));
    expect(ready.text).toMatch(/^the store (cannot be used|does not answer)\n$/);
    expect(await probe('livez')).toBe(200);
    const url = server.enrolUrl + (device ? new URL(device.url).pathname : SOME_CONNECTOR);
    const post = { method: 'POST', body: 'a message' };
    const answers = await Promise.all([
      ...['GetCACaps', 'GetCACert'].map((name) =>
        soonEnough(() => get(`${url}?operation=${name}`)),
      ),
      ...Array.from({ length: 5 }, () =>
        soonEnough(() => get(`${url}?operation=PKIOperation`, post)),
      ),
    ]);
    for (const { status, retryAfter, text } of answers) {
      expect({ status, text }).toEqual({
        status: 503,
        text: 'The server is not available. Try again later.\n',
      });
      expect(retryAfter).toMatch(/^\d+$/);
    }
    const environment = awsEnvironment({ ...ADMINISTRATOR, apiUrl: server.apiUrl });
    const listed = await runProgram(['connector', 'list'], environment);
    expect(listed.code).toBe(1);
    expect(listed.stderr).toContain('ServiceUnavailable');
    expect(server.process.exitCode).toBeNull();
  }

  async function setEviction(policy: string): Promise<void> {
    await redis.call('CONFIG', 'SET', 'maxmemory-policy', policy);
    await redis.call('CONFIG', 'REWRITE');
  }

  /** What a server prints that ends with exit code 2, soon after its start or after `happens`. */
  async function linesOfRefusedStart(happens?: () => Promise<void>): Promise<readonly string[]> {
    const plain = (text: string) =>
      text.split('\n').filter((line) => /^scep-connector:/.test(line));
    try {
      server = await start();
    } catch (error) {
      // It ended before it listened.
      return plain(String(error));
    }
    const ended = server.process.exitCode === null ? once(server.process, 'close') : undefined;
    await happens?.();
    await ended;
    expect(server.process.exitCode).toBe(2);
    return plain(server.stderr());
  }

  const expectRecovery = () => expect.poll(() => probe('readyz')).toBe(200);

  beforeAll(async () => {
    redis = await startStandaloneRedis();
  });

  afterEach(() => redis.resume());

  it('starts while Redis is down, and needs no restart when Redis starts', async () => {
    await redis.stop();
    server = await start();
    await expectOutage();
    await redis.start();
    await expectRecovery();
    device = await makeConnector();
    await expectEnrolment();
    await expect.poll(() => server.logged('the store answers')).toHaveLength(1);
  });

  it('refuses calls in time while Redis hangs, and recovers', async () => {
    redis.pause();
    await expectOutage();
    redis.resume();
    await expectRecovery();
    await expectEnrolment();
  });

  it('refuses calls in time while Redis is down, and recovers', async () => {
    await redis.kill();
    await expectOutage();
    await redis.start();
    await expectRecovery();
    await expectEnrolment();
    expect(await server.stop()).toBe(0);
  });

  it('writes nothing into a Redis that was emptied, until it is restored', async () => {
    server = await start();
    await expectRecovery();
    const keys = (await redis.call('KEYS', '*')) as readonly string[];
    for (const key of keys) await redis.call('COPY', key, key, 'DB', 1, 'REPLACE');
    await redis.call('FLUSHDB');
    const environment = awsEnvironment({ ...ADMINISTRATOR, apiUrl: server.apiUrl });
    const options = ['--key-algorithm', 'EC_prime256v1', '--subject', 'CN=Lost'];
    const refused = await runProgram(['ca', 'create', '--root', ...options], environment);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ServiceUnavailable') as string,
    });
    await expectOutage();
    const isOurs = (key: string) => /certificate-authority|authority|connector/.test(key);
    expect(((await redis.call('KEYS', '*')) as readonly string[]).filter(isOurs)).toEqual([]);
    await redis.call('SWAPDB', 0, 1);
    await expectRecovery();
    await expectEnrolment();
    expect(server.logged(LOST_MARK)).toHaveLength(1);
    expect(await server.stop()).toBe(0);
  });

  it.each([
    ['at once', true],
    ['when Redis starts', false],
  ])('ends %s with one line and exit code 2 because Redis evicts records', async (_, isThere) => {
    await setEviction('allkeys-lru');
    if (!isThere) await redis.stop();
    const ending = linesOfRefusedStart(isThere ? undefined : () => redis.start());
    expect(await ending).toEqual([expect.stringMatching(EVICTS)]);
    await setEviction('noeviction');
  });

  it('starts while Redis hangs, and ends on SIGTERM all the same', async () => {
    redis.pause();
    server = await start();
    await expectOutage();
    // The server ends before Redis answers.
    expect(await server.stop()).toBe(0);
  });

  it('ends with one line and exit code 2 when Redis starts and the master key is wrong', async () => {
    await redis.stop();
    server = await start(MASTER_KEY.replaceAll('0', '1'));
    await expectOutage();
    // Everything that it printed has been read.
    const ended = once(server.process, 'close');
    await redis.start();
    expect(await ended).toEqual([2, null]);
    const lines = server.stderr().trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^scep-connector: the master key does not open what is in/);
    expect(lines.filter((line) => !line.startsWith('{'))).toHaveLength(1);
  });
});

const EVICTS = /^scep-connector: store.redis: Redis .* set maxmemory-policy noeviction/;
const LOST_MARK =
  'the store no longer has the mark of this master key: it was emptied, exchanged or resealed; restore it, or restart the server to begin anew';
const SOME_CONNECTOR =
  '/scep/123456789012-11223344-1234-1122-2233-112233445566/11223344-1234-1122-2233-112233445566';
