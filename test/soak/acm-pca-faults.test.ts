import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../src/durations.ts';
import { createAcmPcaIssuer } from '../../src/issuer/acm-pca/acm-pca-issuer.ts';
import { issuerContract } from '../contract/issuer-contract.ts';
import { privateCaUnderTest } from '../contract/private-ca-under-test.ts';
import { type Fleet, makeFleet } from '../support/load/device-fleet.ts';
import { seededRandom } from '../support/load/seeded-random.ts';
import { type AcmPcaWorld, makeAcmPcaWorld } from '../support/servers/acm-pca-world.ts';
import { type CallFate, PASS, startFaultProxy } from '../support/servers/fault-proxy.ts';
import { startAcmPcaServer } from '../support/servers/start-acm-pca-server.ts';

const SIZE = 100;
const QUARTER_OF_AN_HOUR = 15 * MINUTE_MS;
const ROUNDS = 40;
const TAGS = { 'scep:pending-wait': '1s' };

const THROTTLED: CallFate = { kind: 'answer', status: 400, error: 'ThrottlingException' };
const DENIED: CallFate = { kind: 'answer', status: 400, error: 'AccessDeniedException' };
const IN_PROGRESS: CallFate = { kind: 'answer', status: 400, error: 'RequestInProgressException' };
/** The client gives up after five seconds of silence. The CA does the work a second later. */
const LATE: CallFate = { kind: 'pass', delayMs: 6 * SECOND_MS };

const PASSING: Readonly<Record<string, CallFate>> = {
  'latency of 300 ms': { kind: 'pass', delayMs: 300 },
  ThrottlingException: THROTTLED,
  'HTTP 429': { kind: 'answer', status: 429, error: 'TooManyRequestsException' },
  'HTTP 500, nothing done': { kind: 'answer', status: 500, error: 'InternalFailure' },
  'HTTP 500, done all the same': {
    ...{ kind: 'answer', status: 500, error: 'InternalFailure' },
    done: true,
  },
  'HTTP 503 of a load balancer': { kind: 'answer', status: 503, error: 'ServiceUnavailable' },
  'reset before the call is passed on': { kind: 'reset', done: false },
  'reset after the answer': { kind: 'reset', done: true },
};

const worlds: AcmPcaWorld[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.stop()));
});

async function open(certificatesPerSecond?: number): Promise<AcmPcaWorld> {
  const world = await makeAcmPcaWorld(TAGS, certificatesPerSecond);
  worlds.push(world);
  // Resets the counts.
  world.proxy.setFate(() => PASS);
  return world;
}

/** Applies `fate` to this share of the calls. */
function someCalls(share: number, seed: number, fate: CallFate) {
  const random = seededRandom(seed);
  return () => (random() < share ? fate : PASS);
}

/** Expects no repeated call, except where the machine stood still until a replica gave up. */
function expectAskedOnce({ proxy, askedInVain }: AcmPcaWorld): void {
  expect(proxy.calls('IssueCertificate')).toBeGreaterThanOrEqual(SIZE);
  expect(proxy.calls('IssueCertificate')).toBeLessThanOrEqual(SIZE + askedInVain());
}

/** Expects each device to have its own certificate, and the CA to have issued that many. */
async function expectAllServed(world: AcmPcaWorld, fleet: Fleet, what: string): Promise<void> {
  const issued = await world.countIssued();
  const asked = world.proxy.calls('IssueCertificate');
  process.stdout.write(
    `${what}: ${fleet.requests.length} requests, ${issued} certificates, ${asked} calls of IssueCertificate, ${JSON.stringify(fleet.states())}\n`,
  );
  expect(fleet.states()).toEqual({ SUCCESS: fleet.requests.length });
  for (const { name, certificate } of fleet.requests) {
    expect(new X509Certificate(certificate?.der ?? '').subject).toBe(`CN=${name}`);
  }
  const serials = fleet.requests.map(({ certificate }) =>
    Buffer.from(certificate?.serialNumber ?? []).toString('hex'),
  );
  expect(new Set(serials).size).toBe(fleet.requests.length);
  expect(issued).toBe(fleet.requests.length);
  expect(world.uncertain).toEqual([]);
}

describe('the acm-pca issuer through the proxy, without faults', () => {
  const starting = (async () => {
    const aws = await startAcmPcaServer();
    return { aws, proxy: await startFaultProxy(aws.endpoint) };
  })();
  afterAll(async () => {
    const { aws, proxy } = await starting;
    await proxy.stop();
    await aws.stop();
  });

  issuerContract(async () => {
    const { aws, proxy } = await starting;
    let passed = 0;
    const issuer = createAcmPcaIssuer({
      ...{ endpoint: proxy.url, credentials: aws.credentials, store: aws.store },
      ...{ clock: () => Date.now() + passed, certificatesPerSecond: 1_000 },
      report: () => undefined,
    });
    const subject = await privateCaUnderTest(aws.ca, issuer, 'RSA_2048', 'SHA256WITHRSA');
    await aws.configureRevocation(subject.authorityArn);
    return {
      ...subject,
      async revoke(serialNumber) {
        await subject.revoke(serialNumber);
        passed += QUARTER_OF_AN_HOUR;
      },
    };
  });
});

describe('100 requests at two replicas get one certificate each', () => {
  it('without faults and with one call for each', async () => {
    const world = await open();
    const fleet = makeFleet(world, SIZE);
    await fleet.askUntilServed(SECOND_MS, ROUNDS);
    expectAskedOnce(world);
    await expectAllServed(world, fleet, 'no faults');
  });

  it('when every device sends each message three times at once', async () => {
    const world = await open();
    const fleet = makeFleet(world, SIZE);
    await Promise.all([fleet.askOnce(), fleet.askOnce(), fleet.askOnce()]);
    await fleet.askUntilServed(SECOND_MS, ROUNDS);
    await expectAllServed(world, fleet, 'three times at once');
  });

  it.each(Object.entries(PASSING))(
    'with half of the calls under this fault: %s',
    async (what, fate) => {
      const world = await open();
      const fleet = makeFleet(world, SIZE);
      world.proxy.setFate(someCalls(0.5, 1, fate));
      await fleet.askUntilServed(5 * SECOND_MS, ROUNDS);
      await expectAllServed(world, fleet, what);
    },
  );

  it('when calls arrive after the replica has given up on them', async () => {
    const world = await open();
    const fleet = makeFleet(world, SIZE);
    world.proxy.setFate(someCalls(0.05, 2, LATE));
    await fleet.askUntilServed(5 * SECOND_MS, ROUNDS);
    await expectAllServed(world, fleet, 'too late');
  });

  it('at a rate of 10 certificates a second', async () => {
    const world = await open(10);
    const fleet = makeFleet(world, SIZE);
    await fleet.askUntilServed(SECOND_MS, ROUNDS);
    await expectAllServed(world, fleet, '10 a second');
  });

  it('while RequestInProgress lasts for 60 s, without another IssueCertificate call', async () => {
    const world = await open();
    const fleet = makeFleet(world, SIZE);
    const readyAt = world.clock() + MINUTE_MS;
    world.proxy.setFate((operation) =>
      operation === 'GetCertificate' && world.clock() < readyAt ? IN_PROGRESS : PASS,
    );
    await fleet.askOnce();
    expect(fleet.states()).toEqual({ PENDING: SIZE });
    await fleet.askUntilServed(20 * SECOND_MS, ROUNDS);
    expectAskedOnce(world);
    await expectAllServed(world, fleet, 'in progress for 60 s');
  });

  it.each([3, 4, 5])('with random faults of every kind, seed %i', async (seed) => {
    const world = await open();
    const fleet = makeFleet(world, SIZE);
    const random = seededRandom(seed);
    const fates = [...Object.values(PASSING), IN_PROGRESS, LATE];
    world.proxy.setFate((operation) => {
      const fate = random() < 0.6 ? PASS : fates[Math.floor(random() * fates.length)];
      const fits = fate === IN_PROGRESS ? operation === 'GetCertificate' : true;
      return fate !== undefined && fits ? fate : PASS;
    });
    await fleet.askUntilServed(5 * SECOND_MS, ROUNDS);
    await expectAllServed(world, fleet, `at random ${seed}`);
  });
});

describe('a lasting fault', () => {
  it('lets all devices be served after an outage of three hours', async () => {
    const world = await open();
    const fleet = makeFleet(world, SIZE);
    world.proxy.setFate((operation) => (operation === 'IssueCertificate' ? THROTTLED : PASS));
    for (let i = 0; i < 3; i += 1) {
      await fleet.askOnce();
      expect(fleet.states()).toEqual({ PENDING: SIZE });
      world.pass(60 * MINUTE_MS);
    }
    world.proxy.setFate(() => PASS);
    await fleet.askUntilServed(SECOND_MS, ROUNDS);
    await expectAllServed(world, fleet, 'an outage of three hours');
  });

  it('AccessDenied refuses clearly and issues nothing, and the same messages succeed once it is mended', async () => {
    const world = await open();
    const fleet = makeFleet(world, SIZE);
    world.proxy.setFate(() => DENIED);
    await fleet.askOnce();
    expect(fleet.states()).toEqual({ 'authority-not-active': SIZE });
    expect(await world.countIssued()).toBe(0);
    world.proxy.setFate(() => PASS);
    await fleet.askUntilServed(SECOND_MS, ROUNDS);
    await expectAllServed(world, fleet, 'AccessDenied, mended');
  });

  it('AccessDenied for GetCertificate alone causes no second certificate for a request', async () => {
    const world = await open();
    const fleet = makeFleet(world, SIZE);
    world.proxy.setFate((operation) => (operation === 'GetCertificate' ? DENIED : PASS));
    for (let i = 0; i < 3; i += 1) {
      await fleet.askOnce();
      expect(fleet.states()).toEqual({ 'authority-not-active': SIZE });
      expect(await world.countIssued()).toBe(SIZE);
      world.pass(10 * MINUTE_MS);
    }
    world.proxy.setFate(() => PASS);
    await fleet.askUntilServed(SECOND_MS, ROUNDS);
    await expectAllServed(world, fleet, 'AccessDenied of GetCertificate, mended');
  });

  it('a CA that is disabled midway refuses the devices that have no certificate, and serves them once it is enabled', async () => {
    const world = await open();
    const fleet = makeFleet(world, SIZE);
    let calls = 0;
    let disabled: Promise<void> | undefined;
    world.proxy.setFate((operation) => {
      if (operation !== 'IssueCertificate') return PASS;
      calls += 1;
      if (calls > SIZE / 2) disabled ??= world.setStatus('DISABLED');
      return calls % 4 === 0 ? { kind: 'reset', done: true } : PASS;
    });
    await fleet.askOnce();
    await disabled;
    world.proxy.setFate(() => PASS);
    world.pass(MINUTE_MS);
    await fleet.askOnce();
    const { SUCCESS = 0, 'authority-not-active': refused = 0 } = fleet.states();
    expect(SUCCESS).toBeGreaterThan(0);
    expect(refused).toBe(SIZE - SUCCESS);
    await world.setStatus('ACTIVE');
    world.proxy.setFate(() => PASS);
    await fleet.askUntilServed(SECOND_MS, ROUNDS);
    await expectAllServed(world, fleet, 'disabled midway');
  });

  it('lost answers and then an outage longer than a token is valid make devices enrol again, and no request gets two certificates', async () => {
    const world = await open();
    const fleet = makeFleet(world, SIZE);
    let calls = 0;
    world.proxy.setFate((operation) => {
      calls += operation === 'IssueCertificate' ? 1 : 0;
      return calls > SIZE / 2 ? { kind: 'reset', done: calls % 2 === 0 } : PASS;
    });
    await fleet.askOnce();
    world.proxy.setFate(() => THROTTLED);
    world.pass(6 * MINUTE_MS);
    await fleet.askOnce();
    world.proxy.setFate(() => PASS);
    await fleet.askUntilServed(MINUTE_MS, 5);
    const { SUCCESS = 0, 'issuing-uncertain': lost = 0 } = fleet.states();
    const issued = await world.countIssued();
    process.stdout.write(
      `a long outage: ${SIZE} requests, ${issued} certificates, ${SUCCESS} served, ${lost} told to enrol anew\n`,
    );
    expect(SUCCESS + lost).toBe(SIZE);
    expect(lost).toBeGreaterThan(0);
    expect(issued).toBeGreaterThanOrEqual(SUCCESS);
    expect(issued).toBeLessThanOrEqual(SIZE);
    expect(new Set(world.uncertain).size).toBe(lost);
    expect(world.uncertain).toHaveLength(lost);
    const again = makeFleet(world, lost);
    await again.askUntilServed(SECOND_MS, ROUNDS);
    expect(again.states()).toEqual({ SUCCESS: lost });
    expect(await world.countIssued()).toBe(issued + lost);
  });
});
