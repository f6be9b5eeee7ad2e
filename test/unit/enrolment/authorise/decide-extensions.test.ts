import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OID } from '../../../../src/asn1/object-identifiers.ts';
import { derOid, derSequence } from '../../../../src/asn1/write-der.ts';
import { readConnectorPolicy } from '../../../../src/connectors/tags/connector-policy.ts';
import {
  decideExtensions,
  decideRenewedExtensions,
} from '../../../../src/enrolment/authorise/decide-extensions.ts';
import { Refusal } from '../../../../src/scep/refusal.ts';
import { comparableGeneralName } from '../../../../src/x509/comparable-general-name.ts';
import {
  extendedKeyUsageExtension,
  parseApplicationPolicies,
  parseExtendedKeyUsage,
} from '../../../../src/x509/extended-key-usage.ts';
import { type Extension, extensionValue } from '../../../../src/x509/extensions.ts';
import { derGeneralNames, parseGeneralNames } from '../../../../src/x509/general-names.ts';
import {
  KEY_USAGES,
  type KeyUsage,
  keyUsageExtension,
  parseKeyUsage,
} from '../../../../src/x509/key-usage.ts';
import { parseCertificationRequest } from '../../../../src/x509/parse-certification-request.ts';
import { ecKeyPair } from '../../../support/keys/sample-keys.ts';
import { makeIdentity } from '../../../support/keys/test-authority.ts';
import { refusalOf } from '../../../support/scep-messages/refusal-of.ts';
import { deviceCsr, makeDevice } from '../../../support/scep-messages/test-device.ts';

const POLICY = readConnectorPolicy({});
const KEYS = { rsa: makeDevice(), ec: makeDevice(ecKeyPair()) };
type KeyType = keyof typeof KEYS;
const CSRS = {
  rsa: parseCertificationRequest(deviceCsr(KEYS.rsa)),
  ec: parseCertificationRequest(deviceCsr(KEYS.ec)),
};
const HELD = makeIdentity({ subject: 'CN=device' }).certificate;

const csrOf = (key: KeyType, extensions: readonly Extension[]) => ({ ...CSRS[key], extensions });
const certificateWith = (extensions: readonly Extension[]) => ({ ...HELD, extensions });
const policiesExtension = (purposes: readonly string[]): Extension => ({
  oid: OID.microsoftApplicationPolicies,
  critical: false,
  value: derSequence(...purposes.map((oid) => derSequence(derOid(oid)))),
});

function namesExtension(names: readonly string[]): Extension {
  const value = derGeneralNames(names.map((name) => ({ kind: 'dNSName', value: name })));
  return { oid: OID.subjectAltName, critical: false, value };
}

function usagesOf(extensions: readonly Extension[]): readonly KeyUsage[] {
  return parseKeyUsage(extensionValue({ extensions }, OID.keyUsage) ?? Buffer.alloc(0));
}

describe('a request without keyUsage', () => {
  it.each<[KeyType, KeyUsage[]]>([
    ['rsa', ['digitalSignature', 'keyEncipherment']],
    ['ec', ['digitalSignature']],
  ])('for an %s key gets %j', (key, usages) => {
    const { extensions } = decideExtensions(csrOf(key, []), POLICY);
    expect(usagesOf(extensions)).toEqual(usages);
    expect(extensions.find(({ oid }) => oid === OID.keyUsage)?.critical).toBe(true);
  });

  it('for a renewal gets that of the certificate', () => {
    const held = certificateWith([keyUsageExtension(['nonRepudiation'])]);
    const { extensions } = decideRenewedExtensions(csrOf('rsa', []), POLICY, held);
    expect(usagesOf(extensions)).toEqual(['nonRepudiation']);
  });

  it('for a renewal with a key of another type gets what that key can do of it', () => {
    const held = certificateWith([keyUsageExtension(['digitalSignature', 'keyEncipherment'])]);
    const { extensions } = decideRenewedExtensions(csrOf('ec', []), POLICY, held);
    expect(usagesOf(extensions)).toEqual(['digitalSignature']);
    const encipherer = certificateWith([keyUsageExtension(['keyEncipherment'])]);
    const refusal = refusalOf(() => decideRenewedExtensions(csrOf('ec', []), POLICY, encipherer));
    expect(refusal.text).toContain('the new key can do nothing that the old one might');
  });
});

describe('a renewal', () => {
  const held = certificateWith([
    keyUsageExtension(['digitalSignature', 'keyEncipherment']),
    extendedKeyUsageExtension([OID.clientAuth, OID.serverAuth]),
    policiesExtension([OID.clientAuth, OID.emailProtection]),
  ]);

  it('keeps purposes and application policies that it leaves out', () => {
    const { extensions } = decideRenewedExtensions(csrOf('rsa', []), POLICY, held);
    expect(extensions).toEqual(held.extensions);
  });

  it('is refused for a purpose of the certificate that the connector no longer certifies', () => {
    for (const purposes of [extendedKeyUsageExtension, policiesExtension]) {
      const signer = certificateWith([purposes([OID.clientAuth, OID.codeSigning])]);
      const renewing = () => decideRenewedExtensions(csrOf('rsa', []), POLICY, signer);
      expect(refusalOf(renewing).text).toContain('codeSigning needs');
    }
  });

  it('may ask for some of the application policies', () => {
    const asked = [policiesExtension([OID.clientAuth])];
    const { extensions } = decideRenewedExtensions(csrOf('rsa', asked), POLICY, held);
    const value = extensionValue({ extensions }, OID.microsoftApplicationPolicies);
    expect(parseApplicationPolicies(value ?? Buffer.alloc(0))).toEqual([OID.clientAuth]);
  });

  it('may not ask for application policies that the certificate does not have', () => {
    const asked = csrOf('rsa', [policiesExtension([OID.serverAuth])]);
    const bare = certificateWith(held.extensions.slice(0, 2));
    for (const certificate of [held, bare]) {
      const refusal = refusalOf(() => decideRenewedExtensions(asked, POLICY, certificate));
      expect(refusal.reason).toBe('renewal-grows');
    }
  });
});

const PURPOSES = [OID.clientAuth, OID.serverAuth, OID.emailProtection, OID.ipsecUser];
const NAMES = ['a.example', 'b.example', 'c.example'];
const FOREIGN = { oid: '1.2.3.4', critical: false };
const COPYING = readConnectorPolicy({ 'scep:extensions': 'copy' });
const END_ENTITY_USAGES = KEY_USAGES.filter(
  (usage) => usage !== 'keyCertSign' && usage !== 'cRLSign',
);

const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const request = fc
  .record({
    key: fc.constantFrom<KeyType>('rsa', 'ec'),
    usages: maybe(some(END_ENTITY_USAGES)),
    purposes: maybe(some(PURPOSES)),
    policies: maybe(some(PURPOSES)),
    names: maybe(some(NAMES)),
    foreign: fc.option(fc.constantFrom('0101ff', '0500'), { nil: undefined }),
  })
  .map(({ key, usages, purposes, policies, names, foreign }) =>
    csrOf(key, [
      ...(usages ? [keyUsageExtension(usages)] : []),
      ...(purposes ? [extendedKeyUsageExtension(purposes)] : []),
      ...(policies ? [policiesExtension(policies)] : []),
      ...(names ? [namesExtension(names)] : []),
      ...(foreign ? [{ ...FOREIGN, value: Buffer.from(foreign, 'hex') }] : []),
    ]),
  );

/** 'any' where nothing limits them. */
type Rights = readonly string[] | 'any';

/** What the holder of a certificate may do. */
function rightsOf(extensions: readonly Extension[]) {
  const read = (oid: string, parse: (value: Uint8Array) => readonly string[]): Rights => {
    const value = extensionValue({ extensions }, oid);
    return value === undefined ? 'any' : parse(value);
  };
  return {
    usages: read(OID.keyUsage, parseKeyUsage),
    purposes: read(OID.extKeyUsage, parseExtendedKeyUsage),
    policies: read(OID.microsoftApplicationPolicies, parseApplicationPolicies),
    // A certificate without these says nothing by them.
    names: extensions.some(({ oid }) => oid === OID.subjectAltName)
      ? read(OID.subjectAltName, (value) => parseGeneralNames(value).map(comparableGeneralName))
      : [],
    foreign: extensions
      .filter(({ oid }) => oid === FOREIGN.oid)
      .map(({ value }) => Buffer.from(value).toString('hex')),
  };
}

const KINDS = ['usages', 'purposes', 'policies', 'names', 'foreign'] as const;

function isWithin(later: Rights, earlier: Rights) {
  if (earlier === 'any') return true;
  return later !== 'any' && later.every((right) => earlier.includes(right));
}

describe('a chain of renewals', () => {
  it('never grows, whatever each request asks for or leaves out', () => {
    fc.assert(
      fc.property(request, fc.array(request, { minLength: 1, maxLength: 8 }), (first, renewals) => {
        let held = decideExtensions(first, COPYING).extensions;
        expect(rightsOf(held).usages).not.toBe('any');
        expect(rightsOf(held).purposes).not.toBe('any');
        for (const renewal of renewals) {
          const before = rightsOf(held);
          held = renewed(renewal, held);
          const after = rightsOf(held);
          for (const kind of KINDS) expect(isWithin(after[kind], before[kind])).toBe(true);
        }
      }),
    );
  });

  /** The certificate's extensions as they were, when the renewal is refused. */
  function renewed(csr: typeof CSRS.rsa, held: readonly Extension[]): readonly Extension[] {
    try {
      return decideRenewedExtensions(csr, COPYING, certificateWith(held)).extensions;
    } catch (error) {
      if (error instanceof Refusal) return held;
      throw error;
    }
  }
});
