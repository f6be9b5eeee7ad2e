// A proxy of an MDM signs for its devices, and some devices sign with a key of their own.
import { createHash } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
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
let otherDevice: TestDevice;
let proxy: TestDevice;
let stranger: TestDevice;
let world: EnrolmentWorld;

beforeAll(() => {
  device = makeDevice();
  otherDevice = makeDevice();
  proxy = makeDevice();
  stranger = makeDevice();
});
beforeEach(async () => {
  world = await makeEnrolmentWorld();
});

const csrOf = (key: TestDevice) => deviceCsr(key, { challengePassword: world.challengePassword });

const send = (signer: TestDevice, csr = csrOf(device), options: RequestOptions = {}) =>
  world.handle(deviceRequest(signer, world.ra, csr, options));

const poll = (signer: TestDevice, options: RequestOptions = {}) =>
  send(signer, Buffer.from('not looked at'), { ...options, type: 'CertPoll' });

async function reasonOf(result: ReturnType<EnrolmentWorld['handle']>): Promise<string | undefined> {
  return (await result).decision.refusal?.reason;
}

const fingerprintOf = ({ der }: Certificate) =>
  createHash('sha256').update(der).digest('hex').toUpperCase();

describe('a request with a good challenge that another key signs', () => {
  it('is issued for the key of the CSR, and the reply is encrypted to the signer', async () => {
    const certificate = issuedCertificate(await send(proxy), world.ra, proxy);
    const spki = device.publicKey.export({ format: 'der', type: 'spki' });
    expect(Buffer.from(certificate.subjectPublicKeyInfo)).toEqual(spki);
  });

  it('is issued for every device of one proxy', async () => {
    const [first, second] = [await send(proxy), await send(proxy, csrOf(otherDevice))];
    expect(issuedCertificate(first, world.ra, proxy)).not.toEqual(
      issuedCertificate(second, world.ra, proxy),
    );
  });

  it('needs a challenge that is good', async () => {
    expect(await reasonOf(send(proxy, deviceCsr(device)))).toBe('challenge-missing');
    const wrong = deviceCsr(device, { challengePassword: 'wrong' });
    expect(await reasonOf(send(proxy, wrong))).toBe('challenge-wrong');
    expect(world.issuer.issued).toHaveLength(0);
  });

  it('is issued too when the signer is a device of the connector', async () => {
    const subject = parseDistinguishedNameText('CN=proxy,O=Example');
    const enrolment = { subject, challengePassword: world.challengePassword };
    const result = await send(proxy, deviceCsr(proxy, enrolment));
    const signer = { ...proxy, certificate: issuedCertificate(result, world.ra, proxy) };
    expect(readReply(await send(signer), world.ra, signer).status).toBe('SUCCESS');
    expect(await reasonOf(send(signer, deviceCsr(otherDevice)))).toBe('renewal-name-changed');
  });

  it('is no renewal: a RenewalReq needs a certificate of this connector', async () => {
    expect(await reasonOf(send(proxy, csrOf(device), { type: 'RenewalReq' }))).toBe(
      'renewal-signer-unknown',
    );
  });
});

describe('one CSR is one certificate', () => {
  it('whoever signs it, with whatever transactionID, so that copies cost the CA nothing', async () => {
    const csr = csrOf(device);
    const first = issuedCertificate(await send(proxy, csr), world.ra, proxy);
    const again = await send(stranger, csr, { transactionId: 'another' });
    expect(issuedCertificate(again, world.ra, stranger)).toEqual(first);
    expect(world.issuer.issued).toHaveLength(1);
  });

  it('for another signer only while the challenge is good', async () => {
    const csr = csrOf(device);
    await send(proxy, csr);
    const unchanged = world.deps.findChallenge;
    Object.assign(world.deps, { findChallenge: () => async () => undefined });
    expect(await reasonOf(send(stranger, csr))).toBe('challenge-wrong');
    expect((await send(proxy, csr)).decision.outcome.status).toBe('SUCCESS');
    Object.assign(world.deps, { findChallenge: unchanged });
  });

  it('and no signer takes the turn of the device itself', async () => {
    const csr = csrOf(device);
    await send(stranger, csr);
    expect(issuedCertificate(await send(device, csr), world.ra, device)).toBeDefined();
  });
});

describe('a poll', () => {
  beforeEach(async () => {
    world = await makeEnrolmentWorld({ 'scep:pending-wait': '0s' });
    world.issuer.holdsCertificates = true;
  });

  it('finds the transaction for the key that signed, for each that did, and for no other', async () => {
    const csr = csrOf(device);
    await send(proxy, csr);
    await send(stranger, csr, { transactionId: 'another' });
    world.issuer.holdsCertificates = false;
    expect(await reasonOf(poll(device))).toBe('certificate-not-found');
    expect(await reasonOf(poll(stranger))).toBe('certificate-not-found');
    const polled = issuedCertificate(await poll(proxy), world.ra, proxy);
    const other = await poll(stranger, { transactionId: 'another' });
    expect(issuedCertificate(other, world.ra, stranger)).toEqual(polled);
  });
});

describe('scep:signer', () => {
  it('requester refuses all other signers as if the message did not decrypt', async () => {
    world = await makeEnrolmentWorld({ 'scep:signer': 'requester' });
    const { decision } = await send(proxy);
    const { decision: junk } = await send(proxy, Buffer.from('no certification request'));
    expect(decision.refusal?.reason).toBe('message-check');
    expect(decision.outcome).toEqual(junk.outcome);
    expect((await send(device)).decision.outcome.status).toBe('SUCCESS');
  });

  it('with fingerprints accepts those certificates and the requester', async () => {
    world = await makeEnrolmentWorld({ 'scep:signer': fingerprintOf(proxy.certificate) });
    expect((await send(proxy)).decision.outcome.status).toBe('SUCCESS');
    expect((await send(otherDevice, csrOf(otherDevice))).decision.outcome.status).toBe('SUCCESS');
    const { refusal } = (await send(stranger)).decision;
    expect(refusal?.reason).toBe('message-check');
    expect(refusal?.message).toContain(fingerprintOf(stranger.certificate).toLowerCase());
  });
});
