import { expect, it } from 'vitest';
import { chooseCaCertificates } from '../../../src/scep/choose-ca-certificates.ts';
import { makeIdentity } from '../../support/keys/test-authority.ts';

const root = makeIdentity({ subject: 'CN=Root', ca: {} });
const policyCa = makeIdentity({ subject: 'CN=Policy', ca: {}, issuer: root });
const issuing = makeIdentity({ subject: 'CN=Issuing', ca: {}, issuer: policyCa });
const [r, p, i] = [root, policyCa, issuing].map(({ certificate }) => certificate.der);

it('chooses from the chain above an intermediate CA', () => {
  if (!r || !p || !i) throw new Error('unreachable');
  expect(chooseCaCertificates('full', i, [p, r])).toEqual([i, p, r]);
  expect(chooseCaCertificates('no-root', i, [p, r])).toEqual([i, p]);
  expect(chooseCaCertificates('ra-and-ca', i, [p, r])).toEqual([i]);
});

it('always keeps a root that issues certificates itself', () => {
  if (!r) throw new Error('unreachable');
  for (const choice of ['full', 'no-root', 'ra-and-ca'] as const) {
    expect(chooseCaCertificates(choice, r, [])).toEqual([r]);
  }
});
