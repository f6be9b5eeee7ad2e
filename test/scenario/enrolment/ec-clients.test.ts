import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentCipher } from '../../../src/cms/content-ciphers.ts';
import { derivePasswordKey } from '../../../src/cms/password-recipient.ts';
import { buildPkiRequest } from '../../../src/scep/build-pki-request.ts';
import { ecKeyPair } from '../../support/keys/sample-keys.ts';
import { issuedCertificate, readReply } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

let device: TestDevice;
let world: EnrolmentWorld;

beforeEach(async () => {
  device = makeDevice(ecKeyPair());
  world = await makeEnrolmentWorld({ 'scep:pending-wait': '1s' });
});

const spki = ({ publicKey }: TestDevice) => publicKey.export({ format: 'der', type: 'spki' });
const reader = () => ({ ...device, challengePassword: world.challengePassword });
const csr = () => deviceCsr(device, { challengePassword: world.challengePassword });

describe('a device with an EC key (RFC 8894 section 3.1)', () => {
  it.each(['prime256v1', 'secp384r1', 'secp521r1'])(
    'on %s gets its certificate in a reply encrypted with its challenge',
    async (curve) => {
      device = makeDevice(ecKeyPair(curve));
      const result = await world.handle(deviceRequest(device, world.ra, csr()));
      const certificate = issuedCertificate(result, world.ra, reader());
      expect(Buffer.compare(certificate.subjectPublicKeyInfo, spki(device))).toBe(0);
    },
  );

  it('gets badAlg and no certificate without a challenge, because no reply could be encrypted', async () => {
    const { decision } = await world.handle(deviceRequest(device, world.ra, deviceCsr(device)));
    expect(decision.outcome).toMatchObject({ status: 'FAILURE', failInfo: 'badAlg' });
    expect(decision.refusal?.reason).toBe('signer-key-unsupported');
    expect(world.issuer.calls).toBe(0);
  });

  it('is refused for a wrong challenge', async () => {
    const wrong = deviceCsr(device, { challengePassword: 'wrong' });
    const { decision } = await world.handle(deviceRequest(device, world.ra, wrong));
    expect(decision.refusal?.reason).toBe('challenge-wrong');
  });

  it('polls, and gets replies encrypted with the challenge it enrolled with', async () => {
    world.issuer.holdsCertificates = true;
    const first = await world.handle(deviceRequest(device, world.ra, csr()));
    expect(readReply(first, world.ra, reader()).status).toBe('PENDING');
    world.issuer.holdsCertificates = false;
    const poll = deviceRequest(device, world.ra, Buffer.from('x'), { type: 'CertPoll' });
    for (let i = 0; i < 2; i += 1) {
      const certificate = issuedCertificate(await world.handle(poll), world.ra, reader());
      expect(Buffer.compare(certificate.subjectPublicKeyInfo, spki(device))).toBe(0);
    }
  });

  it('renews when its renewal carries a password to encrypt the reply with', async () => {
    const result = await world.handle(deviceRequest(device, world.ra, csr()));
    const certificate = issuedCertificate(result, world.ra, reader());
    const holder = { ...device, certificate };
    const next = makeDevice();
    const bare = deviceCsr(next);
    const options = { type: 'RenewalReq', transactionId: 'renewal' } as const;
    const refused = await world.handle(deviceRequest(holder, world.ra, bare, options));
    expect(refused.decision.refusal?.reason).toBe('signer-key-unsupported');
    const withPassword = deviceCsr(next, { challengePassword: 'a fresh secret of the device' });
    const renewed = await world.handle(deviceRequest(holder, world.ra, withPassword, options));
    const secret = { ...holder, challengePassword: 'a fresh secret of the device' };
    const second = issuedCertificate(renewed, world.ra, secret);
    expect(Buffer.compare(second.subjectPublicKeyInfo, spki(next))).toBe(0);
  });

  it('may renew a certificate that has an RSA key', async () => {
    const rsa = makeDevice();
    const request = deviceCsr(rsa, { challengePassword: world.challengePassword });
    const result = await world.handle(deviceRequest(rsa, world.ra, request));
    const holder = { ...rsa, certificate: issuedCertificate(result, world.ra, rsa) };
    const options = { type: 'RenewalReq', transactionId: 'to ec' } as const;
    const renewed = await world.handle(deviceRequest(holder, world.ra, deviceCsr(device), options));
    const certificate = issuedCertificate(renewed, world.ra, holder);
    expect(Buffer.compare(certificate.subjectPublicKeyInfo, spki(device))).toBe(0);
  });
});

describe('a request that is encrypted with a challenge password', () => {
  const byPassword = async (password: string) =>
    buildPkiRequest(
      {
        type: 'PKCSReq',
        transactionId: 'by password',
        senderNonce: randomBytes(16),
        content: csr(),
        recipient: { passwordKey: await derivePasswordKey(password, randomBytes) },
        cipher: contentCipher('aes256'),
        signer: { ...device, digest: 'sha256' },
      },
      new Date(),
      randomBytes,
    );

  it('is opened with the challenge of the connector', async () => {
    const result = await world.handle(await byPassword(world.challengePassword));
    const certificate = issuedCertificate(result, world.ra, reader());
    expect(Buffer.compare(certificate.subjectPublicKeyInfo, spki(device))).toBe(0);
  });

  it('is refused as message-check when it is encrypted with another password', async () => {
    const { decision } = await world.handle(await byPassword('another password'));
    expect(decision.refusal?.reason).toBe('message-check');
    expect(world.issuer.calls).toBe(0);
  });
});
