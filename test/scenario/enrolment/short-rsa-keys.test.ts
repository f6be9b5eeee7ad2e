// Old devices make RSA keys of 1024 bits and sign with them.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issuedCertificate } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

const deviceOf = (modulusLength: number) =>
  makeDevice(generateKeyPairSync('rsa', { modulusLength }));

const short = deviceOf(1024);
const long = makeDevice();

function enrol(world: EnrolmentWorld, device: TestDevice, signer: TestDevice) {
  const csr = deviceCsr(device, { challengePassword: world.challengePassword });
  return world.handle(deviceRequest(signer, world.ra, csr));
}

const refusalOf = async (...call: Parameters<typeof enrol>) =>
  (await enrol(...call)).decision.refusal;

describe('an RSA key of 1024 bits', () => {
  it('enrols and renews where the tag allows it', async () => {
    const world = await makeEnrolmentWorld({ 'scep:legacy': 'rsa-1024' });
    const first = issuedCertificate(await enrol(world, short, short), world.ra, short);
    const spki = short.publicKey.export({ format: 'der', type: 'spki' });
    expect(Buffer.from(first.subjectPublicKeyInfo)).toEqual(spki);
    const holder = { ...short, certificate: first };
    const message = deviceRequest(holder, world.ra, deviceCsr(short), {
      type: 'RenewalReq',
      transactionId: 'renewal',
    });
    const second = issuedCertificate(await world.handle(message), world.ra, holder);
    expect(second.serialNumber).not.toEqual(first.serialNumber);
  });

  it('is refused elsewhere with its size, in the CSR and as that of the signer', async () => {
    const world = await makeEnrolmentWorld();
    expect(await refusalOf(world, short, short)).toMatchObject({
      reason: 'signer-key-unsupported',
      text: expect.stringContaining('RSA of 1024 bits') as unknown,
    });
    expect(await refusalOf(world, short, long)).toMatchObject({
      reason: 'key-not-allowed',
      text: expect.stringContaining('1024 bits, 2048 are required') as unknown,
    });
    expect(world.issuer.issued).toHaveLength(0);
  });

  it('is the shortest that the tag allows', async () => {
    const world = await makeEnrolmentWorld({ 'scep:legacy': 'rsa-1024' });
    const tooShort = deviceOf(1016);
    expect((await refusalOf(world, tooShort, tooShort))?.reason).toBe('signer-key-unsupported');
    expect((await refusalOf(world, tooShort, long))?.reason).toBe('key-not-allowed');
  });
});
