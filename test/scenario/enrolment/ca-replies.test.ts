import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseSignedData } from '../../../src/cms/parse-signed-data.ts';
import { rotateRaIdentity } from '../../../src/connectors/ra/rotate-ra-identity.ts';
import { DAY_MS } from '../../../src/durations.ts';
import {
  caCapabilitiesReply,
  caCertificatesReply,
  nextCaCertificatesReply,
} from '../../../src/enrolment/ca-replies.ts';
import { IssuerError } from '../../../src/issuer/issuer.ts';
import { makeIdentity } from '../../support/keys/test-authority.ts';
import { type EnrolmentWorld, makeEnrolmentWorld } from '../../support/servers/enrolment-world.ts';

const root = makeIdentity({ subject: 'CN=Root', ca: {} });
const issuing = makeIdentity({ subject: 'CN=Issuing', ca: {}, issuer: root });
const [rootDer, issuingDer] = [root.certificate.der, issuing.certificate.der];

const hex = (der: Uint8Array = new Uint8Array()) => Buffer.from(der).toString('hex');

let world: EnrolmentWorld;
const unavailable = async () => {
  throw new IssuerError('unavailable', 'the CA is down');
};

beforeAll(async () => {
  world = await makeEnrolmentWorld();
  const deps = { ...world.deps, randomUuid: () => randomUUID() };
  await rotateRaIdentity(deps, world.connector, { activeInMs: DAY_MS });
  world.issuer.describeAuthority = async () => ({
    arn: world.issuer.authorityArn,
    status: 'ACTIVE',
    certificate: issuingDer,
    chain: [rootDer],
  });
});

const tagged = (tags: Record<string, string>) => ({ ...world.connector, tags });

describe('the CA certificates that follow the RA’s', () => {
  it.each([
    ['', [issuingDer, rootDer]],
    ['full leaf-and-ca', [issuingDer, rootDer]],
    ['no-root', [issuingDer]],
    ['ra-and-ca', [issuingDer]],
  ])('are those that scep:chain asks for with %j', async (chain, expected) => {
    const connector = tagged({ 'scep:chain': chain });
    const set = await world.deps.findRaIdentities(connector.id);
    const now = parseSignedData(await caCertificatesReply(world.deps, connector));
    expect(now.certificates.map(hex)).toEqual([set?.current.certificate.der, ...expected].map(hex));
    const later = parseSignedData(
      (await nextCaCertificatesReply(world.deps, connector)) ?? new Uint8Array(),
    );
    const announced = parseSignedData(later.content ?? new Uint8Array());
    expect(announced.certificates.map(hex)).toEqual(
      [set?.next?.certificate.der, ...expected].map(hex),
    );
  });
});

describe('GetCACaps', () => {
  it('offers GetNextCACert only while there is a next RA, and Renewal only where renewals are on', async () => {
    const off = tagged({ 'scep:renewal': 'off' });
    expect(await caCapabilitiesReply(world.deps, world.connector)).toContain(
      'Renewal\nGetNextCACert\n',
    );
    expect(await caCapabilitiesReply(world.deps, off)).not.toContain('Renewal');
    world.ahead = DAY_MS;
    expect(await caCapabilitiesReply(world.deps, off)).not.toContain('GetNextCACert');
    expect(await nextCaCertificatesReply(world.deps, world.connector)).toBeUndefined();
    world.ahead = 0;
  });

  it('is answered even when the CA or the store fails', async () => {
    const issuer = { ...world.issuer, describeAuthority: unavailable };
    const withoutCa = { ...world.deps, issuer };
    expect(await caCapabilitiesReply(withoutCa, world.connector)).toContain('GetNextCACert\n');
    await expect(caCertificatesReply(withoutCa, world.connector)).rejects.toThrow(IssuerError);
    const findRaIdentities = async () => {
      throw new Error('the store is down');
    };
    expect(await caCapabilitiesReply({ findRaIdentities }, world.connector)).toBe(
      'AES\nPOSTPKIOperation\nSCEPStandard\nSHA-256\nSHA-512\nSHA-384\nRenewal\nDES3\n',
    );
  });
});
