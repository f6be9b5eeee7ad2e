// Chosen RSA blocks reveal nothing by the answers or by their timing (docs/rfc8894-conformance.md
// S1).
import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { OID } from '../../src/asn1/object-identifiers.ts';
import {
  derContextPrimitive,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSet,
} from '../../src/asn1/write-der.ts';
import { derContentInfo } from '../../src/cms/build-signed-data.ts';
import { derIssuerAndSerialNumber } from '../../src/cms/entity-identifier.ts';
import { derAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.ts';
import type { Certificate } from '../../src/x509/parse-certificate.ts';
import { importPublicKey } from '../../src/x509/public-key.ts';
import {
  compareMedians,
  type MedianComparison,
  shuffled,
} from '../support/load/compare-medians.ts';
import { constantPart } from '../support/scep-messages/constant-part.ts';
import { goldenIdentity } from '../support/scep-messages/golden-identity.ts';
import { resignEnvelope } from '../support/scep-messages/resign-envelope.ts';
import { makeDevice, type TestDevice } from '../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../support/servers/enrolment-world.ts';

const RUNS = 2_000;
/** A busy machine needs more runs to show what is plain otherwise. */
const FEW_RUNS = [200, 1_000, 4_000];
const WARM_UP = 200;
const MODULUS_OCTETS = 256;
const AES_128 = '2.16.840.1.101.3.4.1.2';
const KEY_OCTETS = 16;

/**
 * The blocks of Bleichenbacher's attack and its successors. The last is the one that the attack
 * hopes to find.
 */
const BLOCKS: Readonly<Record<string, () => Buffer>> = {
  'a bad header': () => Buffer.concat([Buffer.of(0, 1), padded(KEY_OCTETS)]),
  'no separator': () => Buffer.concat([Buffer.of(0, 2), nonZero(MODULUS_OCTETS - 2)]),
  'short padding': () =>
    Buffer.concat([Buffer.of(0, 2), nonZero(7), Buffer.of(0), nonZero(MODULUS_OCTETS - 10)]),
  'a key of the wrong length': () => Buffer.concat([Buffer.of(0, 2), padded(24)]),
  'a good key for garbled content': () => Buffer.concat([Buffer.of(0, 2), padded(KEY_OCTETS)]),
};
const CLASSES = Object.keys(BLOCKS);

function padded(keyLength: number): Buffer {
  return Buffer.concat([
    nonZero(MODULUS_OCTETS - 3 - keyLength),
    Buffer.of(0),
    randomBytes(keyLength),
  ]);
}

function nonZero(length: number): Buffer {
  return Buffer.from(randomBytes(length).map((octet) => octet || 1));
}

let world: EnrolmentWorld;
let attacker: TestDevice;
beforeAll(async () => {
  world = await makeEnrolmentWorld();
  attacker = makeDevice();
});

/**
 * A message with this block and everything else random, so that messages of one class share only
 * the class.
 */
function message(block: Buffer, recipient: Certificate = world.ra): Uint8Array {
  const key = importPublicKey(world.ra.subjectPublicKeyInfo);
  const encryptedKey = publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, block);
  const recipientInfo = derSequence(
    derInteger(0),
    derIssuerAndSerialNumber(recipient),
    derAlgorithmIdentifier(OID.rsaEncryption, derNull()),
    derOctetString(encryptedKey),
  );
  const content = derSequence(
    derOid(OID.data),
    derAlgorithmIdentifier(AES_128, derOctetString(randomBytes(16))),
    derContextPrimitive(0, randomBytes(800)),
  );
  const fields = derSequence(derInteger(0), derSet(recipientInfo), content);
  return resignEnvelope(derContentInfo(OID.envelopedData, fields), attacker, 'PKCSReq');
}

/** Nanoseconds from the message to the reply. */
async function timed(bytes: Uint8Array): Promise<number> {
  const start = process.hrtime.bigint();
  await world.handle(bytes);
  return Number(process.hrtime.bigint() - start);
}

async function measure(
  makers: readonly (() => Uint8Array)[],
  runs: number,
): Promise<MedianComparison> {
  const rounds: number[][] = [];
  for (let run = -WARM_UP; run < runs; run += 1) {
    const round = makers.map(() => 0);
    const messages = makers.map((make, c) => ({ c, bytes: make() }));
    for (const { c, bytes } of shuffled(messages)) round[c] = await timed(bytes);
    if (run >= 0) rounds.push(round);
  }
  return compareMedians(rounds);
}

function report(name: string, { medians, spread, noise, pValue }: MedianComparison): void {
  const us = (nanoseconds: number) => `${(nanoseconds / 1_000).toFixed(1)} us`;
  console.log(
    `${name}: medians ${medians.map(us).join(', ')}; spread ${us(spread)}, noise ${us(noise)}, p ${pValue.toFixed(3)}`,
  );
}

describe('five kinds of tampered RSA blocks', () => {
  it('have byte-equal answers except for nonce, time and signature', async () => {
    const answers = new Set<string>();
    for (let run = 0; run < 100; run += 1) {
      for (const name of CLASSES) {
        const { certRep } = await world.handle(message(BLOCKS[name]?.() ?? Buffer.of()));
        answers.add(constantPart(certRep));
      }
    }
    expect(answers.size).toBe(1);
  });

  it('take equally long', async () => {
    const makers = CLASSES.map((name) => () => message(BLOCKS[name]?.() ?? Buffer.of()));
    // One measurement in a thousand shows a difference by chance. Only a real difference shows
    // again.
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const comparison = await measure(makers, RUNS);
      report(CLASSES.join(', '), comparison);
      if (comparison.pValue > 0.001) return;
    }
    expect.fail('the medians differ by more than the noise, twice');
  });

  it('would be told apart if they took different paths', async () => {
    const { certificate: foreign } = goldenIdentity('foreign-ra');
    const [first] = Object.values(BLOCKS);
    const block = () => first?.() ?? Buffer.of();
    const makers = [() => message(block()), () => message(block(), foreign)];
    for (const runs of FEW_RUNS) {
      const comparison = await measure(makers, runs);
      report('ours, a foreign recipient', comparison);
      if (comparison.pValue < 0.01) return;
    }
    expect.fail('a difference was not found, three times');
  });
});
