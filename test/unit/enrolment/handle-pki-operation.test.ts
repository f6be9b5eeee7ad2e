import { sign } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { readBer } from '../../../src/asn1/read-ber.ts';
import {
  derElement,
  derOid,
  derPrintableString,
  derSequence,
} from '../../../src/asn1/write-der.ts';
import { parseSignedData } from '../../../src/cms/parse-signed-data.ts';
import { DAY_MS } from '../../../src/durations.ts';
import {
  handlePkiOperation,
  type PkiOperationResult,
} from '../../../src/enrolment/handle-pki-operation.ts';
import { IssuerError } from '../../../src/issuer/issuer.ts';
import { MODERN_ALGORITHMS } from '../../../src/scep/algorithm-policy.ts';
import { REQUEST_TYPES } from '../../../src/scep/message-types.ts';
import { readCertRep } from '../../../src/scep/read-cert-rep.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../../src/x509/extensions.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import {
  attribute,
  forgePkiMessage,
  requestAttributes,
} from '../../support/scep-messages/forge-pki-message.ts';
import { resignEnvelope } from '../../support/scep-messages/resign-envelope.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
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
  world = await makeEnrolmentWorld();
});

const asHex = ({ oid, value }: Extension) => `${oid} ${Buffer.from(value).toString('hex')}`;
const goodCsr = () => deviceCsr(device, { challengePassword: world.challengePassword });
const goodRequest = () => deviceRequest(device, world.ra, goodCsr());

/** The reply as the client code reads it. */
function reply({ certRep, request }: PkiOperationResult, recipient = device) {
  const { transactionId } = request.attributes;
  const expected = {
    transactionId,
    senderNonce: request.senderNonce,
    signers: [world.ra],
    policy: { ...MODERN_ALGORITHMS, allowSha1: true, allowSingleDes: true },
  };
  return readCertRep(certRep, expected, recipient);
}

async function refusal(message: Uint8Array) {
  const result = await world.handle(message);
  expect(result.decision.outcome.status).toBe('FAILURE');
  expect(world.issuer.issued).toHaveLength(0);
  const read = reply(result);
  if (read.status !== 'FAILURE') throw new Error('the reply is not a FAILURE');
  return { ...read, reason: result.decision.refusal?.reason };
}

describe('a PKCSReq with a good challenge', () => {
  it('gets the certificate that the CA issued for its CSR', async () => {
    const result = await world.handle(goodRequest());
    const read = reply(result);
    expect(read.status).toBe('SUCCESS');
    const certificates = read.status === 'SUCCESS' ? read.certificates : [];
    expect(certificates).toHaveLength(1);
    const spki = device.publicKey.export({ format: 'der', type: 'spki' });
    expect(Buffer.compare(certificates[0]?.subjectPublicKeyInfo ?? Buffer.of(), spki)).toBe(0);
    expect(world.issuer.issued).toHaveLength(1);
    expect(world.issuer.issued[0]?.passthrough?.extensions.map(asHex)).toEqual(
      [
        keyUsageExtension(['digitalSignature', 'keyEncipherment']),
        extendedKeyUsageExtension([OID.clientAuth]),
      ].map(asHex),
    );
  });

  it('keeps the extended key usage of its CSR', async () => {
    const csr = deviceCsr(device, {
      challengePassword: world.challengePassword,
      extensions: [extendedKeyUsageExtension([OID.serverAuth])],
    });
    await world.handle(deviceRequest(device, world.ra, csr));
    expect(world.issuer.issued[0]?.passthrough?.extensions.map(asHex)).toEqual([
      asHex(keyUsageExtension(['digitalSignature', 'keyEncipherment'])),
    ]);
  });

  it('gets a certificate that is valid for one year by default', async () => {
    await world.handle(goodRequest());
    const life = (world.issuer.issued[0]?.notAfter.getTime() ?? 0) - Date.now();
    expect(life / DAY_MS).toBeCloseTo(365, 2);
  });
});

describe('a request that is sent again', () => {
  it('gets the same certificate although its envelope and signature differ', async () => {
    const first = reply(await world.handle(goodRequest()));
    const again = reply(await world.handle(goodRequest()));
    expect(again).toEqual(first);
    expect(world.issuer.calls).toBe(1);
  });

  it('gets one certificate in fifty equal replies when fifty copies arrive at once', async () => {
    const turns = [3, 0, 20, 1, 7];
    world.issuer.beforeIssue = async () => {
      const [count = 0] = turns.splice(0, 1);
      for (let turn = 0; turn < count; turn += 1) await setImmediate();
    };
    const message = goodRequest();
    const results = await Promise.all(Array.from({ length: 50 }, () => world.handle(message)));
    const serials = results.map((result) => {
      const read = reply(result);
      return (
        read.status === 'SUCCESS' && Buffer.from(read.certificates[0]?.der ?? []).toString('hex')
      );
    });
    expect(new Set(serials).size).toBe(1);
    expect(serials[0]).toBeTruthy();
    expect(world.issuer.issued).toHaveLength(1);
  });

  it('gets the one certificate although two answers of the CA are lost', async () => {
    let lost = 0;
    world.issuer.afterIssue = () => {
      lost += 1;
      if (lost < 3) throw new IssuerError('unanswered', 'the connection was reset');
    };
    expect(reply(await world.handle(goodRequest())).status).toBe('SUCCESS');
    expect(world.issuer.issued).toHaveLength(1);
  });

  it('gets the same certificate after its challenge has been deleted', async () => {
    const first = reply(await world.handle(goodRequest()));
    const deps = { ...world.deps, findChallenge: () => async () => undefined };
    const again = await handlePkiOperation(deps, world.connector, goodRequest());
    expect(reply(again)).toEqual(first);
  });

  it('counts as a new request after half of the certificate’s lifetime', async () => {
    await world.handle(goodRequest());
    const half = Math.floor(((world.issuer.issued[0]?.notAfter.getTime() ?? 0) - Date.now()) / 2);
    const identities = await world.deps.findRaIdentities(world.connector.id);
    const deps = { ...world.deps, findRaIdentities: async () => identities };
    const certificatesAfter = async (milliseconds: number) => {
      world.ahead = milliseconds;
      world.issuer.forgetTokens();
      const result = await handlePkiOperation(deps, world.connector, goodRequest());
      expect(result.decision.outcome.status).toBe('SUCCESS');
      return world.issuer.issued.length;
    };
    expect(await certificatesAfter(half - 60_000)).toBe(1);
    expect(await certificatesAfter(half + 60_000)).toBe(2);
  });

  it('is another request when its transactionID or its CSR is another', async () => {
    await world.handle(goodRequest());
    await world.handle(deviceRequest(device, world.ra, goodCsr(), { transactionId: 'another' }));
    const other = deviceCsr(device, {
      challengePassword: world.challengePassword,
      extensions: [],
      attributes: [{ oid: OID.unstructuredName, values: [derPrintableString('x')] }],
    });
    await world.handle(deviceRequest(device, world.ra, other));
    expect(world.issuer.issued).toHaveLength(3);
  });
});

describe('a PKCSReq is refused', () => {
  it('without a challenge password', async () => {
    const message = deviceRequest(device, world.ra, deviceCsr(device));
    expect(await refusal(message)).toMatchObject({
      failInfo: 'badRequest',
      text: expect.stringContaining('has no challenge password') as string,
    });
  });

  it('with an empty challenge password, as if it had none', async () => {
    const message = deviceRequest(device, world.ra, deviceCsr(device, { challengePassword: '' }));
    expect(await refusal(message)).toMatchObject({ reason: 'challenge-missing' });
  });

  it('with a wrong challenge password', async () => {
    const csr = deviceCsr(device, { challengePassword: 'not-the-password' });
    expect(await refusal(deviceRequest(device, world.ra, csr))).toMatchObject({
      failInfo: 'badRequest',
      text: expect.stringContaining('is not valid') as string,
    });
  });

  it('with two challenge passwords, in two attributes or in one', async () => {
    const value = derPrintableString(world.challengePassword);
    const single = { oid: OID.challengePassword, values: [value] };
    for (const attributes of [
      [single, single],
      [{ oid: OID.challengePassword, values: [value, derPrintableString('other')] }],
    ]) {
      const csr = deviceCsr(device, { attributes });
      expect(await refusal(deviceRequest(device, world.ra, csr))).toMatchObject({
        failInfo: 'badRequest',
        text: expect.stringContaining('more than one') as string,
      });
    }
  });

  it('with the challenge password of another connector', async () => {
    const other = await makeEnrolmentWorld();
    const csr = deviceCsr(device, { challengePassword: other.challengePassword });
    expect(await refusal(deviceRequest(device, world.ra, csr))).toMatchObject({
      reason: 'challenge-wrong',
    });
  });
});

describe('a message that fails inside the envelope or by its signature', () => {
  it('gets the one badMessageCheck, so that no attacker learns whether it decrypted', async () => {
    const csr = goodCsr();
    const badSignature = deviceCsr(device, { challengePassword: world.challengePassword }, () =>
      sign('sha256', Buffer.from('something else'), device.privateKey),
    );
    const request = goodRequest();
    const envelope = Buffer.from(parseSignedData(request).content ?? []);
    const changed = Buffer.from(envelope);
    // In CBC this flips the same bit of the last padding octet, so that the padding is always
    // invalid.
    changed[changed.length - 17] = (changed.at(-17) ?? 0) ^ 0x80;
    const tampered = Buffer.from(request);
    changed.copy(tampered, tampered.indexOf(envelope));
    const answers = await Promise.all(
      [
        tampered,
        resignEnvelope(changed, device, 'PKCSReq'),
        deviceRequest(device, world.ra, badSignature),
        deviceRequest(stranger, world.ra, badSignature),
        deviceRequest(stranger, world.ra, csr.subarray(0, 100)),
        deviceRequest(device, world.ra, Buffer.from('no certification request')),
        deviceRequest(device, world.ra, csr.subarray(0, 100)),
      ].map(async (message) => (await world.handle(message)).decision.outcome),
    );
    expect(world.issuer.issued).toHaveLength(0);
    const [first] = answers;
    expect(first).toMatchObject({ status: 'FAILURE', failInfo: 'badMessageCheck' });
    for (const answer of answers) expect(answer).toEqual(first);
  });

  it('gets the advice to fetch the CA certificates only when it is for another recipient', async () => {
    const answer = await refusal(deviceRequest(device, stranger.certificate, goodCsr()));
    expect(answer).toMatchObject({ failInfo: 'badMessageCheck', reason: 'recipient-unknown' });
    expect(answer.text).toContain('GetCACert');
  });
});

describe('a messageType', () => {
  const withType = (messageType: string) => {
    const content = Buffer.from('never looked at');
    const { messageType: _, ...others } = requestAttributes(content);
    const type = attribute(OID.scepMessageType, derPrintableString(messageType));
    const attributes = [...Object.values(others), type];
    return forgePkiMessage({ content, attributes, signedOrder: 'sent' });
  };

  it('outside the five request types, such as UpdateReq (18) and CertRep (3), gets badRequest and issues nothing', async () => {
    const defined: string[] = Object.values(REQUEST_TYPES);
    const outside = fc
      .oneof(
        fc.constantFrom('18', '3', '0', '-1', '019', '19 ', '1', '16', '23', '190'),
        fc.nat({ max: 300 }).map(String),
        fc.stringMatching(/^[ -~]{1,20}$/),
      )
      .filter((value) => !defined.includes(value));
    await fc.assert(
      fc.asyncProperty(outside, async (value) => {
        const { decision } = await world.handle(withType(value));
        expect(decision.outcome).toMatchObject({ status: 'FAILURE', failInfo: 'badRequest' });
        expect(decision.refusal?.reason).toBe('message-type-unknown');
      }),
      { numRuns: 150 },
    );
    expect(world.issuer.calls).toBe(0);
  });

  it('other than PKCSReq makes an enrolment request issue nothing', async () => {
    for (const [type, failInfo] of [
      ['RenewalReq', 'badRequest'],
      ['CertPoll', 'badCertId'],
      ['GetCert', 'badCertId'],
      ['GetCRL', 'badCertId'],
    ] as const) {
      const message = deviceRequest(device, world.ra, goodCsr(), { type });
      expect(await refusal(message)).toMatchObject({ failInfo });
    }
  });
});

describe('a CSR signed with a weak digest', () => {
  const weakCsr = (digest: 'md5' | 'sha1', algorithm: string) => {
    const der = goodCsr();
    const [info] = readBer(der).children;
    const signed = info?.bytes ?? Buffer.of();
    const signature = sign(digest, signed, device.privateKey);
    return derSequence(
      signed,
      derSequence(derOid(algorithm), derElement(0x05, Buffer.of())),
      derElement(0x03, Buffer.concat([Buffer.of(0), signature])),
    );
  };

  it.each([
    ['md5', OID.md5WithRsa],
    ['sha1', OID.sha1WithRsa],
  ] as const)('%s obeys the tag scep:legacy, whoever signs the message', async (digest, oid) => {
    for (const signer of [device, stranger]) {
      const { reason } = (await world.handle(deviceRequest(signer, world.ra, weakCsr(digest, oid))))
        .decision.refusal ?? { reason: undefined };
      expect(reason).toBe('algorithm-not-allowed');
    }
    world = await makeEnrolmentWorld({ 'scep:legacy': digest });
    const result = await world.handle(deviceRequest(device, world.ra, weakCsr(digest, oid)));
    expect(result.decision.outcome.status).toBe('SUCCESS');
  });
});

describe('SHA-1 and single DES', () => {
  it('are refused with badAlg by default', async () => {
    const sha1 = deviceRequest(device, world.ra, goodCsr(), { digest: 'sha1' });
    expect(await refusal(sha1)).toMatchObject({
      failInfo: 'badAlg',
      reason: 'algorithm-not-allowed',
    });
    const des = deviceRequest(device, world.ra, goodCsr(), { cipher: 'des' });
    expect(await refusal(des)).toMatchObject({
      failInfo: 'badAlg',
      reason: 'algorithm-not-allowed',
    });
  });

  it('are accepted, and used in the reply, where the connector allows them', async () => {
    world = await makeEnrolmentWorld({ 'scep:legacy': 'des sha1' });
    const options = { digest: 'sha1', cipher: 'des' } as const;
    const result = await world.handle(deviceRequest(device, world.ra, goodCsr(), options));
    expect(result.decision.outcome).toMatchObject({ status: 'SUCCESS', cipher: { name: 'des' } });
    expect(reply(result).status).toBe('SUCCESS');
  });
});

describe('a request for which the CA does not issue', () => {
  it('gets PENDING while the CA is unavailable or throttles, and its certificate later', async () => {
    world = await makeEnrolmentWorld({ 'scep:pending-wait': '1s' });
    for (const fault of ['unavailable', 'throttled'] as const) {
      world.issuer.beforeIssue = () => {
        throw new IssuerError(fault, 'for the log only');
      };
      expect(reply(await world.handle(goodRequest())).status).toBe('PENDING');
    }
    world.issuer.beforeIssue = () => undefined;
    expect(reply(await world.handle(goodRequest())).status).toBe('SUCCESS');
    expect(world.issuer.issued).toHaveLength(1);
  });

  it('gets badRequest without the words of the CA when the CA refuses it, and may be sent again', async () => {
    world.issuer.beforeIssue = () => {
      throw new IssuerError('invalid-request', 'a secret of the CA');
    };
    const answer = await refusal(goodRequest());
    expect(answer).toMatchObject({ failInfo: 'badRequest', reason: 'authority-refused' });
    expect(answer.text).not.toContain('secret');
    world.issuer.beforeIssue = () => undefined;
    expect(reply(await world.handle(goodRequest())).status).toBe('SUCCESS');
  });
});
