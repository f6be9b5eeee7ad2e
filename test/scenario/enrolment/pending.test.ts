import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../src/durations.ts';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import { resumeTransactions } from '../../../src/enrolment/transaction/unfinished-transactions.ts';
import { IssuerError } from '../../../src/issuer/issuer.ts';
import { issuedCertificate, readReply } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type RequestOptions,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

let device: TestDevice;
let stranger: TestDevice;
let world: EnrolmentWorld;

beforeAll(() => {
  device = makeDevice();
  stranger = makeDevice();
});
beforeEach(async () => {
  world = await makeEnrolmentWorld({ 'scep:pending-wait': '1s' });
  world.issuer.holdsCertificates = true;
});

const request = (options: RequestOptions = {}) =>
  deviceRequest(
    device,
    world.ra,
    deviceCsr(device, { challengePassword: world.challengePassword }),
    options,
  );

const poll = (options: RequestOptions = {}, signer = device) =>
  world.handle(
    deviceRequest(signer, world.ra, Buffer.from('not looked at'), { type: 'CertPoll', ...options }),
  );

const status = async (result: ReturnType<EnrolmentWorld['handle']>) =>
  readReply(await result, world.ra, device).status;

describe('while the CA takes its time', () => {
  it('the request sent again and CertPoll get PENDING alike, then the one certificate', async () => {
    expect(await status(world.handle(request()))).toBe('PENDING');
    expect(await status(world.handle(request()))).toBe('PENDING');
    expect(await status(poll())).toBe('PENDING');
    world.issuer.holdsCertificates = false;
    const polled = issuedCertificate(await poll(), world.ra, device);
    const sentAgain = issuedCertificate(await world.handle(request()), world.ra, device);
    expect(sentAgain).toEqual(polled);
    expect(world.issuer.issued).toHaveLength(1);
  });

  it('the CA is asked once, however often the client asks', async () => {
    for (let i = 0; i < 3; i += 1) await poll().catch(() => undefined);
    await world.handle(request());
    await Promise.all([poll(), poll(), world.handle(request())]);
    expect(world.issuer.issued).toHaveLength(1);
    expect(world.issuer.calls).toBe(1);
  });

  it('the answer stays available for more than eight hours', async () => {
    await world.handle(request());
    world.issuer.holdsCertificates = false;
    const first = issuedCertificate(await poll(), world.ra, device);
    world.ahead = 9 * HOUR_MS;
    expect(issuedCertificate(await poll(), world.ra, device)).toEqual(first);
  });

  it('issuing goes on without the client, in any replica that runs the chore', async () => {
    await world.handle(request());
    expect(await resumeTransactions(world.deps)).toBe(1);
    world.issuer.holdsCertificates = false;
    expect(await resumeTransactions(world.deps)).toBe(0);
    // The certificate is in the store, so the CA is no longer needed.
    world.issuer.getCertificate = async () => {
      throw new IssuerError('unavailable', 'gone');
    };
    expect(await status(poll())).toBe('SUCCESS');
    expect(await resumeTransactions(world.deps)).toBe(0);
  });

  it('the chore hands the CA a request that the CA could not take at first', async () => {
    world.issuer.holdsCertificates = false;
    world.issuer.failIssuing('throttled', 100);
    expect(await status(world.handle(request()))).toBe('PENDING');
    world.issuer.failIssuing('throttled', 0);
    expect(await resumeTransactions(world.deps)).toBe(0);
    expect(await status(poll())).toBe('SUCCESS');
    expect(world.issuer.issued).toHaveLength(1);
  });

  it('several requests of one device wait side by side', async () => {
    await world.handle(request({ transactionId: 'a' }));
    await world.handle(request({ transactionId: 'b' }));
    world.issuer.holdsCertificates = false;
    const a = issuedCertificate(await poll({ transactionId: 'a' }), world.ra, device);
    const b = issuedCertificate(await poll({ transactionId: 'b' }), world.ra, device);
    expect(a.serialNumber).not.toEqual(b.serialNumber);
  });

  it('polls get a failure that follows PENDING, and the request may be sent again', async () => {
    world.issuer.failIssuing('throttled', 100);
    await world.handle(request());
    world.issuer.failIssuing('invalid-request', 1);
    for (let i = 0; i < 2; i += 1) {
      const answer = readReply(await poll(), world.ra, device);
      expect(answer).toMatchObject({ status: 'FAILURE', failInfo: 'badRequest' });
      expect(JSON.stringify(answer)).not.toContain('the fake authority');
    }
    world.ahead = 25 * HOUR_MS;
    world.issuer.holdsCertificates = false;
    expect(await status(world.handle(request()))).toBe('SUCCESS');
    expect(world.issuer.issued).toHaveLength(1);
  });
});

describe('a CertPoll', () => {
  it('with an unknown transactionID gets badCertId', async () => {
    expect(readReply(await poll(), world.ra, device)).toMatchObject({ failInfo: 'badCertId' });
  });

  it('with the right transactionID but another key learns nothing', async () => {
    await world.handle(request());
    world.issuer.holdsCertificates = false;
    const { decision } = await poll({}, stranger);
    expect(decision.outcome).toMatchObject({ status: 'FAILURE', failInfo: 'badCertId' });
  });

  it('is answered without decrypting its envelope, even when that is for another recipient', async () => {
    await world.handle(request());
    world.issuer.holdsCertificates = false;
    const identities = await world.deps.findRaIdentities(world.connector.id);
    const mute = () => {
      throw new Error('a poll was decrypted');
    };
    const usable = (identities?.usable ?? []).map((id) => ({ ...id, keyTransport: mute }));
    const findRaIdentities = async () => identities && { ...identities, usable };
    const deps = { ...world.deps, findRaIdentities };
    for (const recipient of [world.ra, stranger.certificate]) {
      const message = deviceRequest(device, recipient, Buffer.from('x'), { type: 'CertPoll' });
      const result = await handlePkiOperation(deps, world.connector, message);
      expect(readReply(result, world.ra, device).status).toBe('SUCCESS');
    }
  });
});
