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

// What a device sends during its life. Many requests have the same octets, because its RSA key
// stays and RSA signatures are deterministic.

let device: TestDevice;
let thief: TestDevice;
let world: EnrolmentWorld;
/** `world.handle` with an RA identity that does not expire. */
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

/** Lets time pass, after which the CA has forgotten its idempotency tokens. */
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

describe('a revoked certificate', () => {
  it.each([1, 190])(
    'is not given again on day %i, and the same request gets no other',
    async (day) => {
      const { certificate } = await enrol();
      world.issuer.revoke(certificate.serialNumber);
      waitFor(day * DAY_MS);
      // Somebody who captured the request can send it again without a challenge.
      expect(await outcome(request())).toBe('request-revoked');
      expect(issuedSerials()).toBe(1);
    },
  );

  it('does not prevent an enrolment by a new request', async () => {
    const { certificate } = await enrol();
    world.issuer.revoke(certificate.serialNumber);
    expect(await outcome(request({ transactionId: 'another' }))).toBe('SUCCESS');
  });

  it('is not renewed by a request that has waited for the CA since before the revocation', async () => {
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
});

function noRevocationStatus(): void {
  world.issuer.revocationReasonOf = () => Promise.reject(new IssuerError('unavailable', 'no CRL'));
}

describe('while the revocation status is unknown', () => {
  it('a challenge suffices for a request that a certificate signed', async () => {
    const holder = await enrol();
    noRevocationStatus();
    expect(await outcome(request({ transactionId: 'new' }, holder))).toBe('SUCCESS');
  });

  it('a request that a certificate signed without a valid challenge is to be repeated, not refused', async () => {
    const holder = await enrol();
    noRevocationStatus();
    for (const fields of [{}, { challengePassword: 'withdrawn' }]) {
      const csr = deviceCsr(device, fields);
      const message = deviceRequest(holder, world.ra, csr, { transactionId: 'new' });
      await expect(handle(message)).rejects.toThrow(IssuerError);
    }
  });

  it('a renewal that was granted is granted again', async () => {
    const holder = await enrol();
    const renewal = request({ type: 'RenewalReq' }, holder);
    expect(await outcome(renewal)).toBe('SUCCESS');
    noRevocationStatus();
    expect(await outcome(renewal)).toBe('SUCCESS');
    expect(issuedSerials()).toBe(2);
  });

  it('the challenge decides about a repeated request after half of the certificate’s lifetime', async () => {
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

  it('a renewal that waits goes on once the revocation status is known again', async () => {
    await live({ 'scep:pending-wait': '0s' });
    const holder = await enrol();
    world.issuer.failIssuing('throttled', 1);
    expect(await outcome(request({ type: 'RenewalReq' }, holder))).toBe('PENDING');
    const { revocationReasonOf } = world.issuer;
    noRevocationStatus();
    await resumeTransactions(world.deps);
    expect(issuedSerials()).toBe(1);
    world.issuer.revocationReasonOf = revocationReasonOf;
    await resumeTransactions(world.deps);
    expect(issuedSerials()).toBe(2);
  });

  it('a renewal that waits is refused when the CA has gone for good', async () => {
    await live({ 'scep:pending-wait': '0s' });
    const holder = await enrol();
    world.issuer.failIssuing('throttled', 1);
    const renewal = request({ type: 'RenewalReq' }, holder);
    expect(await outcome(renewal)).toBe('PENDING');
    world.issuer.revocationReasonOf = () =>
      Promise.reject(new IssuerError('not-found', 'no such CA'));
    await resumeTransactions(world.deps);
    expect(await outcome(renewal)).toBe('authority-not-active');
  });
});

describe('a device that waited and was refused because of the CA', () => {
  beforeEach(() => live({ 'scep:pending-wait': '0s', 'scep:validity-default': '1d' }));

  it.each(['not-active', 'access-denied'] as const)(
    'is granted the same request once the fault %s is mended',
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

  it('is granted the same renewal too', async () => {
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

describe('the same request', () => {
  it('gets a fresh certificate after fifty minutes when certificates are valid for an hour', async () => {
    await live({ 'scep:validity-default': '1h' });
    const { certificate } = await enrol();
    waitFor(50 * MINUTE_MS);
    const renewed = issuedCertificate(await handle(request()), world.ra, device);
    expect(Buffer.compare(renewed.der, certificate.der)).not.toBe(0);
  });

  it('succeeds in the end when certificates expire before the CA forgets the token', async () => {
    await live({ 'scep:validity-default': '2m', 'scep:pending-wait': '0s' });
    await enrol();
    world.ahead = 3 * MINUTE_MS;
    await outcome(request());
    waitFor(2 * DAY_MS);
    await resumeTransactions(world.deps);
    expect(await outcome(request())).toBe('SUCCESS');
  });
});

it('devices are told to come again from the end of the CA and its RA until both are renewed', async () => {
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

it('only five of twelve renewals of one certificate at once succeed', async () => {
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

it('a transaction that cannot be continued does not hold up the others', async () => {
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
