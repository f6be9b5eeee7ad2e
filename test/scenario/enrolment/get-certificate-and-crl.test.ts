import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  derElement,
  derOid,
  derPrintableString,
  derSequence,
  derSet,
} from '../../../src/asn1/write-der.ts';
import { parseSignedData } from '../../../src/cms/parse-signed-data.ts';
import { parseName } from '../../../src/x509/distinguished-name.ts';
import { reverseName } from '../../../src/x509/is-same-name.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { makeIdentity } from '../../support/keys/test-authority.ts';
import { issuedCertificate } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

let device: TestDevice;
let other: TestDevice;
let world: EnrolmentWorld;
let holder: TestDevice;
let otherHolder: TestDevice;

async function enrolled(who: TestDevice, transactionId: string): Promise<TestDevice> {
  const csr = deviceCsr(who, { challengePassword: world.challengePassword });
  const result = await world.handle(deviceRequest(who, world.ra, csr, { transactionId }));
  return { ...who, certificate: issuedCertificate(result, world.ra, who) };
}

beforeAll(() => {
  device = makeDevice();
  other = makeDevice();
});
beforeEach(async () => {
  world = await makeEnrolmentWorld();
  holder = await enrolled(device, 'a');
  otherHolder = await enrolled(other, 'b');
});

const named = (issuer: Uint8Array, { serialNumber }: Certificate) =>
  derSequence(issuer, derElement(0x02, serialNumber));
const caName = () => world.issuer.authority.certificate.subject;

/** The name with its values as PrintableString. */
const rewritten = (name: Uint8Array, change = (value: string) => value) =>
  derSequence(
    ...parseName(name)
      .flat()
      .map(({ oid, value }) => derSet(derSequence(derOid(oid), derPrintableString(change(value))))),
  );

const ask = (type: 'GetCert' | 'GetCRL', content: Uint8Array, signer = holder) =>
  world.handle(
    deviceRequest(signer, world.ra, content, { type, transactionId: 'SSCEP transactionId' }),
  );

const NOT_FOUND = { status: 'FAILURE', failInfo: 'badCertId' };

describe('GetCert', () => {
  it('gives the device its own certificate, by the name of the CA or of the RA', async () => {
    for (const name of [caName(), world.ra.subject]) {
      const result = await ask('GetCert', named(name, holder.certificate));
      const certificate = issuedCertificate(result, world.ra, holder);
      expect(Buffer.compare(certificate.der, holder.certificate.der)).toBe(0);
    }
  });

  it('gives it by the name of the CA in another string type, case and spacing', async () => {
    const name = rewritten(caName(), (value) => ` ${value.toUpperCase()}  `);
    const result = await ask('GetCert', named(name, holder.certificate));
    const certificate = issuedCertificate(result, world.ra, holder);
    expect(Buffer.compare(certificate.der, holder.certificate.der)).toBe(0);
  });

  it('gives it to a self-signed certificate of the same key too', async () => {
    const result = await ask('GetCert', named(caName(), holder.certificate), device);
    expect(result.decision.outcome.status).toBe('SUCCESS');
  });

  it('gives a renewed device the certificate it had before', async () => {
    const csr = deviceCsr(other);
    const renewal = { type: 'RenewalReq', transactionId: 'renewal' } as const;
    const result = await world.handle(deviceRequest(holder, world.ra, csr, renewal));
    const renewed = { ...other, certificate: issuedCertificate(result, world.ra, holder) };
    const old = await ask('GetCert', named(caName(), holder.certificate), renewed);
    expect(old.decision.outcome.status).toBe('SUCCESS');
  });

  it('answers alike for certificates of others, unknown serial numbers and foreign issuers', async () => {
    const unknown = { ...holder.certificate, serialNumber: Buffer.of(0x7f, 1, 2, 3) };
    const foreign = parseDistinguishedNameText('CN=another CA');
    const outcomes = await Promise.all(
      [
        named(caName(), otherHolder.certificate),
        named(caName(), unknown),
        named(foreign, holder.certificate),
        Buffer.from('junk'),
        derSequence(caName()),
      ].map(async (content) => (await ask('GetCert', content)).decision.outcome),
    );
    expect(outcomes[0]).toMatchObject(NOT_FOUND);
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  });

  it('gives nothing to a revoked certificate', async () => {
    world.issuer.revoke(holder.certificate.serialNumber);
    const result = await ask('GetCert', named(caName(), holder.certificate));
    expect(result.decision.outcome).toMatchObject(NOT_FOUND);
  });

  it('answers an envelope that does not open like junk, and never with PENDING', async () => {
    const foreign = deviceRequest(holder, otherHolder.certificate, Buffer.from('x'), {
      type: 'GetCert',
    });
    const { outcome } = (await world.handle(foreign)).decision;
    const junk = (await ask('GetCert', Buffer.from('junk'))).decision.outcome;
    expect(outcome).toMatchObject(NOT_FOUND);
    expect(outcome).toEqual(junk);
  });
});

describe('GetCRL', () => {
  it('gives the CRL alone, whatever the serial number', async () => {
    const { decision } = await ask('GetCRL', named(caName(), otherHolder.certificate));
    const { outcome } = decision;
    if (outcome.status !== 'SUCCESS') throw new Error(`the outcome is ${outcome.status}`);
    const { certificates, crls } = parseSignedData(outcome.content);
    expect(certificates).toHaveLength(0);
    expect(crls).toHaveLength(1);
  });

  it('gives the CRL to jscep, which writes the name of the CA in reverse and in its own string types', async () => {
    const { certificate } = makeIdentity({ subject: 'CN=Lab CA,O=Lab,C=US', ca: {} });
    const described = await world.issuer.describeAuthority(world.issuer.authorityArn);
    world.issuer.describeAuthority = async () => ({ ...described, certificate: certificate.der });
    const name = rewritten(reverseName(certificate.subject));
    const { decision } = await ask('GetCRL', named(name, holder.certificate));
    expect(decision.outcome.status).toBe('SUCCESS');
    const shuffled = rewritten(parseDistinguishedNameText('O=Lab,CN=Lab CA,C=US'));
    const other = await ask('GetCRL', named(shuffled, holder.certificate));
    expect(other.decision.outcome).toMatchObject(NOT_FOUND);
  });

  it('answers badCertId for another issuer, and badRequest when there is no CRL', async () => {
    const foreign = named(parseDistinguishedNameText('CN=another CA'), holder.certificate);
    expect((await ask('GetCRL', foreign)).decision.outcome).toMatchObject(NOT_FOUND);
    world.issuer.keepsRevocationList = false;
    const { decision } = await ask('GetCRL', named(caName(), holder.certificate));
    expect(decision.outcome).toMatchObject({ status: 'FAILURE', failInfo: 'badRequest' });
  });
});
