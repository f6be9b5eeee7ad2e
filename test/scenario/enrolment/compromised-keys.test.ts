import { beforeAll, beforeEach, expect, it } from 'vitest';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import { IssuerError } from '../../../src/issuer/issuer.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import { issuedCertificate, readReply } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EmbeddedWorld, makeEmbeddedWorld } from '../../support/servers/embedded-world.ts';
import { makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

const COMPROMISED = {
  status: 'FAILURE',
  failInfo: 'badRequest',
  text: expect.stringContaining('Enrol again with a new key') as string,
};

let device: TestDevice;
let stranger: TestDevice;
let world: EmbeddedWorld;

beforeAll(() => {
  device = makeDevice();
  stranger = makeDevice();
});
beforeEach(async () => {
  world = await makeEmbeddedWorld();
});

const csrOf = (name: string, owner = device) =>
  deviceCsr(owner, {
    subject: parseDistinguishedNameText(`CN=${name}`),
    challengePassword: world.challengePassword,
  });
const send = (name: string, owner = device) => {
  const message = deviceRequest(owner, world.ra, csrOf(name, owner), { transactionId: name });
  return handlePkiOperation(world.replica(), world.connector, message);
};
const enrol = async (name: string, owner = device) =>
  issuedCertificate(await send(name, owner), world.ra, owner);
const outcome = async (name: string, owner = device) =>
  readReply(await send(name, owner), world.ra, owner);

async function revoke({ serialNumber }: Certificate, RevocationReason: string): Promise<void> {
  await ACTIONS.RevokeCertificate(world.ca, {
    CertificateAuthorityArn: world.authorityArn,
    CertificateSerial: Buffer.from(serialNumber).toString('hex'),
    RevocationReason,
  });
}

it('a key is not certified again once a certificate of it was revoked for keyCompromise', async () => {
  const [first] = [await enrol('first'), await enrol('second')];
  await revoke(first, 'KEY_COMPROMISE');
  const result = await send('third');
  expect(readReply(result, world.ra, device)).toMatchObject(COMPROMISED);
  expect(result.decision.refusal?.reason).toBe('key-compromised');
  expect(await world.countIssued()).toBe(2);
  expect(await outcome('fourth', stranger)).toMatchObject({ status: 'SUCCESS' });
});

it('a key is certified again after a revocation for another reason', async () => {
  const reasons = ['UNSPECIFIED', 'SUPERSEDED', 'CESSATION_OF_OPERATION', 'AFFILIATION_CHANGED'];
  for (const reason of reasons) await revoke(await enrol(`for ${reason}`), reason);
  expect(await outcome('again')).toMatchObject({ status: 'SUCCESS' });
});

it('a revocation of one of many certificates of a key is found', async () => {
  const certificates: Certificate[] = [];
  for (let i = 0; i < 30; i += 1) certificates.push(await enrol(`device ${i}`));
  await revoke(certificates[11] as Certificate, 'KEY_COMPROMISE');
  expect(await outcome('next')).toMatchObject(COMPROMISED);
});

it('another connector decides for itself', async () => {
  await revoke(await enrol('first'), 'KEY_COMPROMISE');
  const other = await makeEmbeddedWorld();
  world = other;
  expect(await outcome('elsewhere')).toMatchObject({ status: 'SUCCESS' });
});

it('an EC key is not certified again either', async () => {
  const keys = ecKeyPair();
  const ec = { ...makeDevice(keys), challengePassword: world.challengePassword };
  const certificate = await enrol('ec', ec);
  await revoke(certificate, 'KEY_COMPROMISE');
  expect(await outcome('ec again', ec)).toMatchObject(COMPROMISED);
});

it('a request that waits for the CA is refused when the key is compromised meanwhile', async () => {
  const fake = await makeEnrolmentWorld({ 'scep:pending-wait': '1s' });
  const ask = (name: string) => {
    const csr = deviceCsr(device, { challengePassword: fake.challengePassword });
    return fake.handle(deviceRequest(device, fake.ra, csr, { transactionId: name }));
  };
  const first = issuedCertificate(await ask('first'), fake.ra, device);
  fake.issuer.failIssuing('throttled', 1_000);
  expect(readReply(await ask('second'), fake.ra, device)).toMatchObject({ status: 'PENDING' });
  fake.issuer.revoke(first.serialNumber, 'keyCompromise');
  fake.issuer.failIssuing('throttled', 0);
  expect(readReply(await ask('second'), fake.ra, device)).toMatchObject(COMPROMISED);
  expect(fake.issuer.issued).toHaveLength(1);
});

it('while the CA cannot say, a challenge alone decides, and a renewal waits', async () => {
  const fake = await makeEnrolmentWorld();
  const csr = (owner: TestDevice) =>
    deviceCsr(owner, { challengePassword: fake.challengePassword });
  const ask = (name: string, owner = device) =>
    fake.handle(deviceRequest(owner, fake.ra, csr(owner), { transactionId: name }));
  const certificate = issuedCertificate(await ask('first'), fake.ra, device);
  fake.issuer.revocationReasonOf = () =>
    Promise.reject(new IssuerError('unavailable', 'the CRL cannot be read'));
  expect(readReply(await ask('second'), fake.ra, device)).toMatchObject({ status: 'SUCCESS' });
  const holder = { ...device, certificate };
  const renewal = deviceRequest(holder, fake.ra, csr(device), { type: 'RenewalReq' });
  await expect(fake.handle(renewal)).rejects.toMatchObject({ fault: 'unavailable' });
});
