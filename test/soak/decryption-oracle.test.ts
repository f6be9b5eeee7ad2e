// docs/rfc8894-conformance.md S2 in full. test/scenario/scep/decryption-oracle.test.ts checks
// samples in every test run.
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readBer } from '../../src/asn1/read-ber.ts';
import { contentCipher } from '../../src/cms/content-ciphers.ts';
import { sealEnvelopedData } from '../../src/cms/seal-enveloped-data.ts';
import { REQUEST_TYPES, type RequestType } from '../../src/scep/message-types.ts';
import { type Certificate, parseCertificate } from '../../src/x509/parse-certificate.ts';
import { importPublicKey } from '../../src/x509/public-key.ts';
import { constantPart } from '../support/scep-messages/constant-part.ts';
import { resignEnvelope } from '../support/scep-messages/resign-envelope.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../support/servers/enrolment-world.ts';

const TYPES = Object.keys(REQUEST_TYPES) as RequestType[];

let world: EnrolmentWorld;
let envelope: Uint8Array;
let junkEnvelope: Uint8Array;
const signers: Record<string, TestDevice> = {};

beforeAll(async () => {
  world = await makeEnrolmentWorld();
  const victim = makeDevice();
  const csr = deviceCsr(victim, { challengePassword: world.challengePassword });
  envelope = sealFor(world.ra, csr);
  junkEnvelope = sealFor(world.ra, randomBytes(csr.length));
  signers['a stranger'] = makeDevice();
  signers['the holder of a certificate'] = await enrolledDevice();
});

function sealFor(certificate: Certificate, content: Uint8Array): Uint8Array {
  const recipient = { certificate, publicKey: importPublicKey(certificate.subjectPublicKeyInfo) };
  return sealEnvelopedData(content, recipient, contentCipher('aes128'), randomBytes);
}

async function enrolledDevice(): Promise<TestDevice> {
  const device = makeDevice();
  const csr = deviceCsr(device, { challengePassword: world.challengePassword });
  // Uses another transactionID: a CertPoll for the same one would rightly be answered.
  const message = deviceRequest(device, world.ra, csr, { transactionId: 'enrolled before' });
  const { decision } = await world.handle(message);
  const certificate = await world.issuer.getCertificate(
    world.issuer.authorityArn,
    decision.certificateArn ?? '',
  );
  if (certificate === undefined) throw new Error('the device was refused');
  return { ...device, certificate: parseCertificate(certificate.certificate) };
}

/**
 * Changes every octet of the encrypted key, the initialisation vector and the ciphertext. Only the
 * thief signed them.
 */
function* tampered(): Generator<Uint8Array> {
  const [, recipients, contentInfo] = readBer(envelope).children[1]?.children[0]?.children ?? [];
  const fields = [
    recipients?.children[0]?.children[3],
    contentInfo?.children[1]?.children[1],
    contentInfo?.children[2],
  ];
  for (const field of fields) {
    if (field === undefined) throw new Error('not an envelope');
    const start = field.content.byteOffset - envelope.byteOffset;
    for (let at = start; at < start + field.content.length; at += 1) {
      const changed = Buffer.from(envelope);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      yield changed;
    }
  }
}

describe.each(['a stranger', 'the holder of a certificate'])('signed by %s', (name) => {
  it.each(TYPES)('has one generic answer for every flipped octet, sent as %s', async (type) => {
    const signer = signers[name] as TestDevice;
    const answerTo = async (bytes: Uint8Array) =>
      constantPart((await world.handle(resignEnvelope(bytes, signer, type))).certRep);
    const issued = world.issuer.issued.length;
    const answers = new Map<string, number>();
    for (const changed of tampered()) {
      const answer = await answerTo(changed);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
    const total = [...answers.values()].reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(700);
    expect([...answers.keys()]).toHaveLength(1);
    expect([...answers.keys()]).toEqual([await answerTo(junkEnvelope)]);
    expect(world.issuer.issued).toHaveLength(issued);
  });
});
