import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { renewRaIdentity } from '../../../src/connectors/ra/renew-ra-identity.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/durations.ts';
import { caCertificatesReply } from '../../../src/enrolment/ca-replies.ts';
import type { EnrolmentDependencies } from '../../../src/enrolment/decider.ts';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import { resumeTransactions } from '../../../src/enrolment/transaction/unfinished-transactions.ts';
import { IssuerError } from '../../../src/issuer/issuer.ts';
import { makeIdentity, rsaKeyPair } from '../../support/keys/test-authority.ts';
import { issuedCertificate } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type RequestOptions,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

// What a device sends in its life, most of it the same bytes: RSA signs alike, and the key stays.

let device: TestDevice;
let thief: TestDevice;
let world: EnrolmentWorld;
/** `world.handle`, with an RA that does not age. */
let handle: EnrolmentWorld['handle'];

beforeAll(() => {
  device = makeDevice();
  thief = makeDevice(rsaKeyPair());
});
beforeEach(() => live());

async function live(tags: Readonly<Record<string, string>> = {}): Promise<void> {
  world = await makeEnrolmentWorld(tags);
  const identities = await world.deps.findRaIdentities(world.connector.id);
  const deps = { ...world.deps, findRaIdentities: async () => identities };
  handle = (message) => handlePkiOperation(deps, world.connector, message);
}

/** The CA has forgotten its tokens by then. */
function waitFor(milliseconds: number): void {
  world.ahead += milliseconds;
  world.issuer.forgetTokens();
}

const request = (options: RequestOptions = {}, signer = device) =>
  deviceRequest(
    signer,
    world.ra,
    deviceCsr(device, { challengePassword: world.challengePassword }),
    options,
  );

async function outcome(message: Uint8Array): Promise<string> {
  const { decision } = await handle(message);
  return decision.refusal?.reason ?? decision.outcome.status;
}

async function enrol(): Promise<TestDevice> {
  return { ...device, certificate: issuedCertificate(await handle(request()), world.ra, device) };
}

function issuedSerials(): number {
  return world.issuer.issued.length;
}

describe('a certificate that has been revoked', () => {
  it.each([1, 190])(
    'is not given again on day %i, nor is another for the same request',
    async (day) => {
      const { certificate } = await enrol();
      world.issuer.revoke(certificate.serialNumber);
      waitFor(day * DAY_MS);
      // A copy of the request needs no challenge to be sent again.
      expect(await outcome(request())).toBe('request-revoked');
      expect(issuedSerials()).toBe(1);
    },
  );

  it('a new request is a new enrolment', async () => {
    const { certificate } = await enrol();
    world.issuer.revoke(certificate.serialNumber);
    expect(await outcome(request({ transactionId: 'another' }))).toBe('SUCCESS');
  });

  it('is not renewed by a request that has waited for the CA since before', async () => {
    await live({ 'scep:pending-wait': '0s' });
    const holder = await enrol();
    const renewal = () => deviceRequest(holder, world.ra, deviceCsr(thief), { type: 'RenewalReq' });
    world.issuer.failIssuing('throttled', 1);
    expect(await outcome(renewal())).toBe('PENDING');
    world.issuer.revoke(holder.certificate.serialNumber);
    await resumeTransactions(world.deps);
    expect(await outcome(renewal())).toBe('renewal-of-revoked');
    expect(issuedSerials()).toBe(1);
  });

  it('a renewal that waits goes on once somebody can say again that nothing is revoked', async () => {
    await live({ 'scep:pending-wait': '0s' });
    const holder = await enrol();
    world.issuer.failIssuing('throttled', 1);
    expect(await outcome(request({ type: 'RenewalReq' }, holder))).toBe('PENDING');
    const { isRevoked } = world.issuer;
    noRevocationStatus();
    await resumeTransactions(world.deps);
    expect(issuedSerials()).toBe(1);
    world.issuer.isRevoked = isRevoked;
    await resumeTransactions(world.deps);
    expect(issuedSerials()).toBe(2);
  });
});

function noRevocationStatus(): void {
  world.issuer.isRevoked = () => Promise.reject(new IssuerError('unavailable', 'no CRL'));
}

describe('while nobody can say what is revoked', () => {
  it('a challenge is enough for a request that a certificate signed', async () => {
    const holder = await enrol();
    noRevocationStatus();
    expect(await outcome(request({ transactionId: 'new' }, holder))).toBe('SUCCESS');
  });

  it('without a good challenge it is told to come again, not refused', async () => {
    const holder = await enrol();
    noRevocationStatus();
    for (const fields of [{}, { challengePassword: 'withdrawn' }]) {
      const csr = deviceCsr(device, fields);
      const message = deviceRequest(holder, world.ra, csr, { transactionId: 'new' });
      await expect(handle(message)).rejects.toThrow(IssuerError);
    }
  });

  it('what has been granted is given again', async () => {
    const holder = await enrol();
    const renewal = request({ type: 'RenewalReq' }, holder);
    expect(await outcome(renewal)).toBe('SUCCESS');
    noRevocationStatus();
    expect(await outcome(renewal)).toBe('SUCCESS');
    expect(issuedSerials()).toBe(2);
  });

  it('and after half of its life the challenge of the same request decides', async () => {
    await enrol();
    waitFor(200 * DAY_MS);
    noRevocationStatus();
    expect(await outcome(request())).toBe('SUCCESS');
    expect(issuedSerials()).toBe(2);
  });

  it('renewals that wait do not hold up the enrolments that wait', async () => {
    await live({ 'scep:pending-wait': '0s' });
    const holder = await enrol();
    world.issuer.failIssuing('throttled', 10);
    for (let number = 0; number < 5; number += 1) {
      const renewal = { type: 'RenewalReq', transactionId: `renewal-${number}` } as const;
      expect(await outcome(request(renewal, holder))).toBe('PENDING');
      expect(await outcome(request({ transactionId: `first-${number}` }))).toBe('PENDING');
    }
    world.issuer.failIssuing('throttled', 0);
    noRevocationStatus();
    await resumeTransactions(world.deps);
    expect(issuedSerials()).toBe(1 + 5);
  });

  it('a renewal that waits is refused when the CA has gone for good', async () => {
    await live({ 'scep:pending-wait': '0s' });
    const holder = await enrol();
    world.issuer.failIssuing('throttled', 1);
    const renewal = request({ type: 'RenewalReq' }, holder);
    expect(await outcome(renewal)).toBe('PENDING');
    world.issuer.isRevoked = () => Promise.reject(new IssuerError('not-found', 'no such CA'));
    await resumeTransactions(world.deps);
    expect(await outcome(renewal)).toBe('authority-not-active');
  });
});

describe('a device that waited, and was refused because of the CA', () => {
  beforeEach(() => live({ 'scep:pending-wait': '0s', 'scep:validity-default': '1d' }));

  it.each(['not-active', 'access-denied'] as const)(
    'is granted the same request once that is mended: %s',
    async (fault) => {
      world.issuer.failIssuing('throttled', 1);
      expect(await outcome(request())).toBe('PENDING');
      world.issuer.failIssuing(fault, 1);
      await resumeTransactions(world.deps);
      const poll = deviceRequest(device, world.ra, Buffer.from('x'), { type: 'CertPoll' });
      expect(await outcome(poll)).toMatch(/^authority-/);
      waitFor(10 * MINUTE_MS);
      await Promise.all([handle(request()), handle(request()), handle(request())]);
      expect(await outcome(request())).toBe('SUCCESS');
      expect(issuedSerials()).toBe(1);
      expect(await outcome(poll)).toBe('SUCCESS');
    },
  );

  it('and the same renewal', async () => {
    const holder = await enrol();
    waitFor(18 * HOUR_MS);
    const renewal = () => outcome(request({ type: 'RenewalReq' }, holder));
    world.issuer.failIssuing('throttled', 1);
    expect(await renewal()).toBe('PENDING');
    world.issuer.failIssuing('not-active', 1);
    await resumeTransactions(world.deps);
    waitFor(5 * HOUR_MS);
    expect(await renewal()).toBe('SUCCESS');
  });
});

describe('a short life', () => {
  it('of an hour: after fifty minutes the same request gets a fresh certificate', async () => {
    await live({ 'scep:validity-default': '1h' });
    const { certificate } = await enrol();
    waitFor(50 * MINUTE_MS);
    const anew = issuedCertificate(await handle(request()), world.ra, device);
    expect(Buffer.compare(anew.der, certificate.der)).not.toBe(0);
  });

  it('of two minutes: what the CA still knows by its token does not keep the device waiting for good', async () => {
    await live({ 'scep:validity-default': '2m', 'scep:pending-wait': '0s' });
    await enrol();
    world.ahead = 3 * MINUTE_MS;
    await outcome(request());
    waitFor(2 * DAY_MS);
    await resumeTransactions(world.deps);
    expect(await outcome(request())).toBe('SUCCESS');
  });
});

it('a CA that ends takes its RA along: devices are told to come again until both are renewed', async () => {
  const end = world.ra.notAfter.getTime();
  world.ahead = end - Date.now() + MINUTE_MS;
  await expect(world.handle(request())).rejects.toThrow(IssuerError);
  await expect(caCertificatesReply(world.deps, world.connector)).rejects.toThrow(IssuerError);
  const { certificate } = makeIdentity({
    subject: 'CN=Renewed',
    ca: {},
    notAfter: new Date(end + 1_000 * DAY_MS),
  });
  const arn = world.issuer.authorityArn;
  world.issuer.describeAuthority = async () => ({
    ...{ arn, status: 'ACTIVE', certificate: certificate.der, chain: [] },
  });
  await renewRaIdentity({ ...world.deps, randomUuid: () => randomUUID() }, world.connector);
  await expect(caCertificatesReply(world.deps, world.connector)).resolves.toBeDefined();
});

it('twelve renewals of one certificate at once: five at most', async () => {
  const holder = await enrol();
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, number) =>
      outcome(request({ type: 'RenewalReq', transactionId: `renewal-${number}` }, holder)),
    ),
  );
  expect(results.filter((result) => result === 'SUCCESS')).toHaveLength(5);
  expect(results.filter((result) => result === 'renewal-too-often')).toHaveLength(7);
  expect(issuedSerials()).toBe(6);
});

it('one transaction that cannot be taken further does not hold up the others', async () => {
  await live({ 'scep:pending-wait': '0s' });
  world.issuer.failIssuing('throttled', 10);
  for (const transactionId of ['a', 'b', 'c', 'd', 'e', 'f']) {
    expect(await outcome(request({ transactionId }))).toBe('PENDING');
  }
  world.issuer.failIssuing('throttled', 0);
  let broken: string | undefined;
  const open: EnrolmentDependencies['sealer']['open'] = (sealed, context) => {
    broken ??= context;
    if (broken === context) throw new Error('sealed under another master key');
    return world.deps.sealer.open(sealed, context);
  };
  const deps = { ...world.deps, sealer: { ...world.deps.sealer, open } };
  await expect(resumeTransactions(deps)).rejects.toThrow(AggregateError);
  expect(issuedSerials()).toBe(5);
});
