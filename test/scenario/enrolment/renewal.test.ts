import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { equalBytes } from '../../../src/asn1/equal-bytes.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  derElement,
  derOid,
  derPrintableString,
  derSequence,
  derSet,
} from '../../../src/asn1/write-der.ts';
import { DAY_MS } from '../../../src/durations.ts';
import { handlePkiOperation } from '../../../src/enrolment/handle-pki-operation.ts';
import type { CertificationRequestFields } from '../../../src/x509/build-certification-request.ts';
import { comparableGeneralName } from '../../../src/x509/comparable-general-name.ts';
import { extendedKeyUsageExtension } from '../../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../../src/x509/extensions.ts';
import { derGeneralNames, type GeneralName } from '../../../src/x509/general-names.ts';
import { keyUsageExtension } from '../../../src/x509/key-usage.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { makeIdentity } from '../../support/keys/test-authority.ts';
import { issuedCertificate, readReply } from '../../support/scep-messages/read-reply.ts';
import {
  deviceCsr,
  deviceRequest,
  makeDevice,
  type RequestOptions,
  type TestDevice,
} from '../../support/scep-messages/test-device.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

const ENROLMENT = 'enrolment';
let device: TestDevice;
let successor: TestDevice;
let world: EnrolmentWorld;
/** The device with the certificate that it enrolled. */
let holder: TestDevice;
let transactions = 0;

const alternativeNames = (...names: string[]) => ({
  oid: OID.subjectAltName,
  critical: false,
  value: derGeneralNames(names.map((value) => ({ kind: 'dNSName', value }))),
});
const OLD_EXTENSIONS = [
  alternativeNames('a.example', 'b.example'),
  keyUsageExtension(['digitalSignature', 'keyEncipherment']),
  extendedKeyUsageExtension([OID.clientAuth, OID.serverAuth]),
];

async function enrolledWorld(tags: Readonly<Record<string, string>> = {}): Promise<void> {
  world = await makeEnrolmentWorld(tags);
  const csr = deviceCsr(device, {
    challengePassword: world.challengePassword,
    extensions: OLD_EXTENSIONS,
  });
  const request = { transactionId: ENROLMENT };
  const result = await world.handle(deviceRequest(device, world.ra, csr, request));
  holder = { ...device, certificate: issuedCertificate(result, world.ra, device) };
}

beforeAll(() => {
  device = makeDevice();
  successor = makeDevice();
});
beforeEach(() => enrolledWorld());

interface Renewal extends RequestOptions {
  readonly signer?: TestDevice;
  readonly key?: TestDevice;
  readonly csr?: Partial<CertificationRequestFields>;
}

const renew = ({ signer = holder, key = successor, csr = {}, ...options }: Renewal = {}) => {
  transactions += 1;
  const fields = { extensions: OLD_EXTENSIONS, ...csr };
  const request = {
    type: 'RenewalReq',
    transactionId: `renewal-${transactions}`,
    ...options,
  } as const;
  return world.handle(deviceRequest(signer, world.ra, deviceCsr(key, fields), request));
};

async function refused(renewal: Renewal): Promise<string | undefined> {
  const before = world.issuer.issued.length;
  const { decision } = await renew(renewal);
  expect(decision.outcome.status).toBe('FAILURE');
  expect(world.issuer.issued).toHaveLength(before);
  return decision.refusal?.reason;
}

const spkiOf = ({ publicKey }: TestDevice) => publicKey.export({ format: 'der', type: 'spki' });
const hasKey = (certificate: Certificate, owner: TestDevice) =>
  equalBytes(certificate.subjectPublicKeyInfo, spkiOf(owner));

describe('a device with a valid certificate of the connector', () => {
  it.each(['RenewalReq', 'PKCSReq'] as const)('renews as %s with a new key', async (type) => {
    const certificate = issuedCertificate(await renew({ type }), world.ra, holder);
    expect(hasKey(certificate, successor)).toBe(true);
    expect(world.issuer.issued).toHaveLength(2);
  });

  it.each(['RenewalReq', 'PKCSReq'] as const)('renews as %s with the same key', async (type) => {
    const certificate = issuedCertificate(await renew({ type, key: device }), world.ra, holder);
    expect(hasKey(certificate, device)).toBe(true);
    expect(Buffer.compare(certificate.der, holder.certificate.der)).not.toBe(0);
  });

  // certmonger's resubmit, strongSwan and routers with an old key send such requests: an RSA
  // signature of the same CSR has the same octets.
  it.each(['RenewalReq', 'PKCSReq'] as const)(
    'renews as %s by sending its enrolment request again, and gets the new certificate each time',
    async (type) => {
      const csr = { challengePassword: world.challengePassword };
      const again = () => renew({ type, key: device, csr, transactionId: ENROLMENT });
      const renewed = issuedCertificate(await again(), world.ra, holder);
      expect(Buffer.compare(renewed.der, holder.certificate.der)).not.toBe(0);
      expect(issuedCertificate(await again(), world.ra, holder).der).toEqual(renewed.der);
      expect(world.issuer.issued).toHaveLength(2);
    },
  );

  it('renews although its request carries a challenge that has been deleted', async () => {
    const result = await renew({ csr: { challengePassword: 'withdrawn' } });
    expect(readReply(result, world.ra, holder).status).toBe('SUCCESS');
  });

  it('renews the renewed certificate too', async () => {
    const second = issuedCertificate(await renew(), world.ra, holder);
    const signer = { ...successor, certificate: second };
    const third = issuedCertificate(await renew({ signer, key: device }), world.ra, signer);
    expect(hasKey(third, device)).toBe(true);
  });

  it('gets the same certificate for the same renewal, which counts once', async () => {
    for (let i = 0; i < 8; i += 1) {
      const result = await renew({ transactionId: 'the same' });
      expect(readReply(result, world.ra, holder).status).toBe('SUCCESS');
    }
    expect(world.issuer.issued).toHaveLength(2);
  });

  it('keeps the usages and purposes of its certificate when the renewal asks for none', async () => {
    await renew({ csr: { extensions: [OLD_EXTENSIONS[0]].flatMap((x) => (x ? [x] : [])) } });
    const asHex = ({ oid, value }: Extension) => `${oid} ${Buffer.from(value).toString('hex')}`;
    const added = world.issuer.issued[1]?.passthrough?.extensions.map(asHex);
    expect(added).toEqual(OLD_EXTENSIONS.slice(1).map(asHex));
  });

  it('may ask for fewer names, and write its subject in another string type', async () => {
    const printable = (oid: string, value: string) =>
      derSet(derSequence(derOid(oid), derPrintableString(value)));
    const subject = derSequence(
      printable(OID.organizationName, 'Example'),
      printable(OID.commonName, 'device-1'),
    );
    const extensions = [alternativeNames('b.example')];
    const result = await renew({ csr: { subject, extensions } });
    expect(readReply(result, world.ra, holder).status).toBe('SUCCESS');
  });
});

describe('a device with a certificate of many names', () => {
  const names = (...list: GeneralName[]) => ({
    extensions: [
      { oid: OID.subjectAltName, critical: false, value: derGeneralNames(list) },
      ...OLD_EXTENSIONS.slice(1),
    ],
  });
  const directory = (text: string) =>
    ({ kind: 'directoryName', value: parseDistinguishedNameText(text) }) as const;
  const held = {
    subject: parseDistinguishedNameText('CN=Device One,O=Example'),
    ...names(
      { kind: 'dNSName', value: 'Host.Example' },
      { kind: 'rfc822Name', value: 'User@Mail.Example' },
      { kind: 'uniformResourceIdentifier', value: 'HTTPS://a@Host.Example/Path?q#f' },
      { kind: 'iPAddress', value: '192.0.2.1' },
    ),
  };

  beforeEach(async () => {
    const csr = deviceCsr(device, { challengePassword: world.challengePassword, ...held });
    const request = { transactionId: 'many names' };
    const result = await world.handle(deviceRequest(device, world.ra, csr, request));
    holder = { ...device, certificate: issuedCertificate(result, world.ra, device) };
  });

  it.each<readonly [string, Partial<CertificationRequestFields>]>([
    ['a common name', { subject: parseDistinguishedNameText('CN=DEVICE ONE,O=example') }],
    ['the spaces of a name', { subject: parseDistinguishedNameText('CN=Device   One,O=Example') }],
    ['the width', { subject: parseDistinguishedNameText('CN=Ｄｅｖｉｃｅ Ｏｎｅ,O=Example') }],
    ['a DNS name', names({ kind: 'dNSName', value: 'host.EXAMPLE' })],
    ['a mail domain', names({ kind: 'rfc822Name', value: 'User@mail.EXAMPLE' })],
    [
      'the scheme and host of a URI',
      names({ kind: 'uniformResourceIdentifier', value: 'https://a@HOST.example/Path?q#f' }),
    ],
  ])('renews when the case or spacing of %s differs', async (_, csr) => {
    const result = await renew({ csr: { ...held, ...csr } });
    expect(readReply(result, world.ra, holder).status).toBe('SUCCESS');
  });

  it.each<readonly [string, Partial<CertificationRequestFields>, string]>([
    [
      'reversed relative names',
      { subject: parseDistinguishedNameText('O=Example,CN=Device One') },
      'renewal-name-changed',
    ],
    [
      'a common name without its space',
      { subject: parseDistinguishedNameText('CN=DeviceOne,O=Example') },
      'renewal-name-changed',
    ],
    [
      'the case of a mailbox',
      names({ kind: 'rfc822Name', value: 'user@Mail.Example' }),
      'renewal-grows',
    ],
    [
      'the case of a path',
      names({ kind: 'uniformResourceIdentifier', value: 'https://a@host.example/path?q#f' }),
      'renewal-grows',
    ],
    [
      'the case of a user in a URI',
      names({ kind: 'uniformResourceIdentifier', value: 'https://A@host.example/Path?q#f' }),
      'renewal-grows',
    ],
    ['another host', names({ kind: 'dNSName', value: 'host.example.com' }), 'renewal-grows'],
    ['another address', names({ kind: 'iPAddress', value: '192.0.2.2' }), 'renewal-grows'],
  ])('is refused with %s', async (_, csr, reason) => {
    expect(await refused({ csr: { ...held, ...csr } })).toBe(reason);
  });

  it('compares a directoryName like a subject', () => {
    const [a, b, c] = ['CN=Lab,O=Example', 'CN=LAB,O=example ', 'O=Example,CN=Lab'].map((text) =>
      comparableGeneralName(directory(text)),
    );
    expect(b).toBe(a);
    expect(c).not.toBe(a);
  });
});

describe('a renewal is refused', () => {
  it('when a self-signed certificate signs it', async () => {
    expect(await refused({ signer: device, key: device })).toBe('renewal-signer-unknown');
  });

  it('when its signer has the right names but comes from another CA of the same name', async () => {
    const impostor = makeIdentity({ subject: 'CN=Fake CA', ca: {} });
    const forged = makeIdentity({ subject: 'CN=device-1,O=Example', issuer: impostor });
    expect(await refused({ signer: forged })).toBe('renewal-signer-foreign');
    expect(await refused({ signer: forged, type: 'PKCSReq' })).toBe('challenge-missing');
  });

  it('when the CA issued its signer without the connector', async () => {
    const past = makeIdentity({ subject: 'CN=device-1,O=Example', issuer: world.issuer.authority });
    expect(await refused({ signer: past })).toBe('renewal-signer-foreign');
  });

  it('when its signer is a certificate of another connector', async () => {
    const elsewhere = holder;
    world = await makeEnrolmentWorld();
    expect(await refused({ signer: elsewhere })).toBe('renewal-signer-foreign');
  });

  it('when its signer is revoked, with either messageType', async () => {
    world.issuer.revoke(holder.certificate.serialNumber);
    expect(await refused({})).toBe('renewal-of-revoked');
    expect(await refused({ type: 'PKCSReq' })).toBe('renewal-of-revoked');
  });

  it('when its signer has expired, although the same key may enrol again with a challenge', async () => {
    const identities = await world.deps.findRaIdentities(world.connector.id);
    world.ahead = holder.certificate.notAfter.getTime() - Date.now() + 1;
    const deps = { ...world.deps, findRaIdentities: async () => identities };
    const handle = (type: 'RenewalReq' | 'PKCSReq', challengePassword?: string) => {
      const csr = deviceCsr(device, challengePassword === undefined ? {} : { challengePassword });
      const request = { type, transactionId: `expired-${type}-${challengePassword}` };
      const message = deviceRequest(holder, world.ra, csr, request);
      return handlePkiOperation(deps, world.connector, message);
    };
    expect((await handle('RenewalReq')).decision.refusal?.reason).toBe('renewal-of-expired');
    expect((await handle('PKCSReq')).decision.refusal?.reason).toBe('renewal-of-expired');
    expect((await handle('PKCSReq', 'wrong')).decision.refusal?.reason).toBe('challenge-wrong');
    const enrolled = await handle('PKCSReq', world.challengePassword);
    expect(enrolled.decision.outcome.status).toBe('SUCCESS');
  });

  it('when its signer has been renewed five times', async () => {
    for (let i = 0; i < 5; i += 1) {
      expect(readReply(await renew(), world.ra, holder).status).toBe('SUCCESS');
    }
    expect(await refused({})).toBe('renewal-too-often');
  });
});

describe('a renewal may not ask for', () => {
  it('another subject', async () => {
    const subject = parseDistinguishedNameText('CN=device-2,O=Example');
    expect(await refused({ csr: { subject } })).toBe('renewal-name-changed');
  });

  it('one more name', async () => {
    const extensions = [alternativeNames('a.example', 'c.example')];
    expect(await refused({ csr: { extensions } })).toBe('renewal-grows');
  });

  it('one more purpose or key usage', async () => {
    const purposes = [extendedKeyUsageExtension([OID.clientAuth, '1.3.6.1.5.5.7.3.4'])];
    expect(await refused({ csr: { extensions: purposes } })).toBe('renewal-grows');
    const usages = [keyUsageExtension(['digitalSignature', 'dataEncipherment'])];
    expect(await refused({ csr: { extensions: usages } })).toBe('renewal-grows');
  });

  it('a Windows account that the certificate does not name, in any form', async () => {
    const identifier = derElement(4, Buffer.from('S-1-5-21'));
    const account = derGeneralNames([
      { kind: 'otherName', typeId: OID.microsoftObjectSid, value: identifier },
    ]);
    const sid = { oid: OID.microsoftSid, critical: false, value: account };
    expect(await refused({ csr: { extensions: [sid] } })).toBe('renewal-grows');
    const uri = 'tag:microsoft.com,2022-09-14:sid:S-1-5-21';
    const value = derGeneralNames([{ kind: 'uniformResourceIdentifier', value: uri }]);
    const names = { oid: OID.subjectAltName, critical: false, value };
    expect(await refused({ csr: { extensions: [names] } })).toBe('renewal-grows');
  });

  it('what no request may ask for', async () => {
    const constraints = { oid: OID.nameConstraints, critical: true, value: derSequence() };
    expect(await refused({ csr: { extensions: [constraints] } })).toBe('extension-not-allowed');
  });

  it('the name of somebody else by signing a captured envelope with a valid certificate', async () => {
    await enrolledWorld({ 'scep:signer': 'requester' });
    const victim = deviceCsr(successor, {
      subject: parseDistinguishedNameText('CN=victim'),
      challengePassword: world.challengePassword,
    });
    const request = { type: 'PKCSReq', transactionId: 'stolen' } as const;
    const result = await world.handle(deviceRequest(holder, world.ra, victim, request));
    expect(result.decision.refusal?.reason).toBe('renewal-name-changed');
    expect(world.issuer.issued).toHaveLength(1);
  });
});

describe('a connector may', () => {
  it('refuse all renewals', async () => {
    await enrolledWorld({ 'scep:renewal': 'off' });
    expect(await refused({})).toBe('renewal-not-allowed');
  });

  it('accept renewals only close to the end of the certificate', async () => {
    await enrolledWorld({ 'scep:renewal': 'on same-key 30d' });
    expect(await refused({})).toBe('renewal-too-early');
    const close = { ...world.deps, clock: () => Date.now() + 340 * DAY_MS };
    const message = deviceRequest(holder, world.ra, deviceCsr(successor), {
      type: 'RenewalReq',
      transactionId: 'close to the end',
    });
    const result = await handlePkiOperation(close, world.connector, message);
    expect(result.decision.outcome.status).toBe('SUCCESS');
  });

  it('require a new key for each renewal', async () => {
    await enrolledWorld({ 'scep:renewal': 'new-key' });
    expect(await refused({ key: device })).toBe('renewal-key-reused');
    expect((await renew()).decision.outcome.status).toBe('SUCCESS');
  });

  it('refuse SHA-1 in renewals although it accepts SHA-1 in first requests', async () => {
    await enrolledWorld({ 'scep:legacy': 'sha1' });
    expect(await refused({ digest: 'sha1' })).toBe('renewal-digest-not-allowed');
    await enrolledWorld({ 'scep:legacy': 'sha1 sha1-renewal' });
    expect((await renew({ digest: 'sha1' })).decision.outcome.status).toBe('SUCCESS');
  });
});
