import { expect, it } from 'vitest';
import { ScepClientError } from '../../../../src/cli/scep-client/scep-client-error.ts';
import { fingerprintOf, trustCa } from '../../../../src/cli/scep-client/trust-ca.ts';
import { makeIdentity, rsaKeyPair } from '../../../support/keys/test-authority.ts';

const keys = rsaKeyPair();
const { certificate: root, ...rootKeys } = makeIdentity({ subject: 'CN=Root', ca: {} });
const issuer = { certificate: root, ...rootKeys };
const { certificate: issuing } = makeIdentity({ subject: 'CN=CA', ca: {}, issuer, keys });
const { certificate: ra } = makeIdentity({
  subject: 'CN=RA',
  ...{ keys, issuer: { certificate: issuing, ...keys } },
});
const { certificate: other } = makeIdentity({ subject: 'CN=Root', ca: {}, keys });
const ca = { recipient: ra, chain: [issuing, root], signers: [ra] };

it('trusts any CA on first use', () => {
  expect(trustCa(ca, { kind: 'first-use' })).toBe(ca);
});

it.each([
  ['the RA', ra],
  ['the issuing CA', issuing],
  ['the root', root],
])('accepts the fingerprint of %s', (_which, certificate) => {
  const sha256 = fingerprintOf(certificate);
  expect(trustCa(ca, { kind: 'fingerprint', sha256 })).toBe(ca);
  expect(trustCa(ca, { kind: 'anchors', certificates: [other, certificate] })).toBe(ca);
});

it('refuses another fingerprint and prints those of the reply', () => {
  const trust = { kind: 'fingerprint', sha256: fingerprintOf(other) } as const;
  expect(() => trustCa(ca, trust)).toThrow(ScepClientError);
  expect(() => trustCa(ca, trust)).toThrow(`"CN=CA" ${fingerprintOf(issuing)}`);
});

it('completes the chain with an anchor that the reply lacks', () => {
  const short = { ...ca, chain: [issuing] };
  const trusted = trustCa(short, { kind: 'anchors', certificates: [other, root] });
  expect(trusted.chain).toEqual([issuing, root]);
});

it('refuses an anchor with the right name but another key', () => {
  const trust = { kind: 'anchors', certificates: [other] } as const;
  expect(() => trustCa(ca, trust)).toThrow(/does not lead to a certificate of the CA file/);
  expect(() => trustCa({ ...ca, chain: [issuing] }, trust)).toThrow(/does not lead/);
});
