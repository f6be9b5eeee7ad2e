import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derElement, derSequence } from '../../src/asn1/write-der.ts';
import { AwsError } from '../../src/aws-wire/aws-error.ts';
import { derOcspRequest } from '../../src/x509/build-ocsp-request.ts';
import { readReply } from '../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../support/scep-messages/test-device.ts';
import {
  makeActiveConnector,
  makeConnectorApiWorld,
} from '../support/servers/connector-api-world.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../support/servers/enrolment-world.ts';
import { type Responder, startResponder } from '../support/servers/start-responder.ts';

/** Records have keys of 1 to 512 printable ASCII characters; strangers may send others. */
const octets = fc.oneof(
  fc.constantFrom(0, 1, 20, 255, 256, 257, 300, 2_000).map((length) => Buffer.alloc(length, 0xa5)),
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
);
const text = fc.oneof(
  fc.constantFrom('', ':', '::', '\0', '\u0085', '/', '%', 'x'.repeat(600), '😀', '\ud800', '..'),
  fc.string({ maxLength: 80, unit: 'binary' }),
);

describe('what a device sends as a key', () => {
  let world: EnrolmentWorld;
  let device: TestDevice;
  beforeAll(async () => {
    world = await makeEnrolmentWorld();
    device = makeDevice();
  });

  it('is not found when no certificate can have the serial number', async () => {
    const { subject } = world.issuer.authority.certificate;
    const asked = fc.asyncProperty(octets, async (serial) => {
      const content = derSequence(subject, derElement(0x02, serial));
      const message = deviceRequest(device, world.ra, content, { type: 'GetCert' });
      const reply = readReply(await world.handle(message), world.ra, device);
      expect(reply).toMatchObject({ status: 'FAILURE', failInfo: 'badCertId' });
    });
    await fc.assert(asked, { numRuns: 40 });
  });

  it('names no transaction to poll, and never harms', async () => {
    const asked = fc.asyncProperty(fc.string({ minLength: 1, maxLength: 900 }), async (name) => {
      const message = deviceRequest(device, world.ra, Buffer.of(0), {
        ...{ type: 'CertPoll', transactionId: name.replaceAll(/[^ -~]|[*@&_!#;%"]/g, 'x') },
      });
      const reply = readReply(await world.handle(message), world.ra, device);
      expect(reply).toMatchObject({ status: 'FAILURE', failInfo: 'badCertId' });
    });
    await fc.assert(asked, { numRuns: 40 });
  });

  it('is no challenge, whatever it is', async () => {
    const asked = fc.asyncProperty(text, async (challengePassword) => {
      if (challengePassword === '' || /\p{Surrogate}/u.test(challengePassword)) return;
      const csr = deviceCsr(device, { challengePassword });
      const result = await world.handle(deviceRequest(device, world.ra, csr));
      expect(result.decision.outcome.status).toBe('FAILURE');
    });
    await fc.assert(asked, { numRuns: 40 });
  });
});

describe('what a relying party sends as a key', () => {
  let responder: Responder;
  beforeAll(async () => {
    responder = await startResponder();
  });
  afterAll(() => responder.stop());

  it('gets an answer of OCSP, never an internal error', async () => {
    const { ca } = responder;
    const asked = fc.asyncProperty(octets, octets, octets, async (name, key, serial) => {
      const question = { issuerNameHash: name, issuerKeyHash: key, serialNumber: serial };
      const { der } = await ca.ocspResponder.answer(derOcspRequest(question));
      expect(der.length).toBeGreaterThan(0);
    });
    await fc.assert(asked, { numRuns: 100 });
  });

  it('gets no 5xx for the path of a CRL, a CA certificate or a connector', async () => {
    const path = fc.constantFrom('crl/', 'ca/', 'scep/', 'scep/x/', 'ocsp/', '');
    const end = fc.constantFrom('', '.crl', '.cer', '/x', `/${'0'.repeat(36)}`);
    const asked = fc.asyncProperty(path, text, end, async (before, middle, after) => {
      if (/\p{Surrogate}/u.test(middle)) return;
      const target = `${responder.url}/${before}${encodeURIComponent(middle)}${after}`;
      const { status } = await fetch(target);
      expect(status, target).toBeLessThan(500);
    });
    await fc.assert(asked, { numRuns: 150 });
  });
});

it('what an administrator sends as a key is refused by an error of AWS', async () => {
  const world = makeConnectorApiWorld();
  const arn = await makeActiveConnector(world);
  const orRefused = async (call: Promise<unknown>) => {
    await call.catch((error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
    });
  };
  const asked = fc.asyncProperty(text, async (given) => {
    const [inArn, other] = [`${arn.slice(0, -36)}${given}`, `${arn}/challenge/${given}`];
    for (const ConnectorArn of [given, inArn]) {
      await orRefused(world.call('GetConnector', { ConnectorArn }));
      await orRefused(world.call('ListChallengeMetadata', { ConnectorArn, NextToken: given }));
      await orRefused(world.call('CreateChallenge', { ConnectorArn: arn, ClientToken: given }));
    }
    for (const ChallengeArn of [given, other]) {
      await orRefused(world.call('GetChallengeMetadata', { ChallengeArn }));
      await orRefused(world.call('DeleteChallenge', { ChallengeArn }));
    }
    await orRefused(world.call('ListConnectors', { NextToken: given }));
    await orRefused(world.call('TagResource', { ResourceArn: arn, Tags: { [given]: given } }));
    await orRefused(world.call('UntagResource', { ResourceArn: arn, TagKeys: [given] }));
  });
  await fc.assert(asked, { numRuns: 60 });
});
