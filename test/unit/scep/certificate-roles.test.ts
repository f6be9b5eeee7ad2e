import { expect, it } from 'vitest';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import {
  allowsKeyUsage,
  isAuthority,
  isOnlyForClients,
} from '../../../src/scep/certificate-roles.ts';
import { makeIdentity, rsaKeyPair } from '../../support/keys/test-authority.ts';

const keys = rsaKeyPair();
const certificate = (options: object) =>
  makeIdentity({ subject: 'CN=a', keys, ...options }).certificate;

it('recognises a CA by basicConstraints and its path length', () => {
  expect(isAuthority(certificate({}))).toBe(false);
  expect(isAuthority(certificate({ ca: {} }), 5)).toBe(true);
  expect(isAuthority(certificate({ ca: { pathLength: 1 } }), 1)).toBe(true);
  expect(isAuthority(certificate({ ca: { pathLength: 1 } }), 2)).toBe(false);
});

it("treats a self-issued certificate without extensions as a CA's", () => {
  expect(isAuthority({ ...certificate({}), extensions: [] })).toBe(true);
  const issuer = makeIdentity({ subject: 'CN=b', keys });
  expect(isAuthority({ ...certificate({ issuer }), extensions: [] })).toBe(false);
});

it('reads keyUsage, whose absence restricts nothing', () => {
  const signing = certificate({ keyUsage: ['digitalSignature'] });
  expect(allowsKeyUsage(signing, 'digitalSignature')).toBe(true);
  expect(allowsKeyUsage(signing, 'keyEncipherment')).toBe(false);
  expect(allowsKeyUsage(certificate({}), 'keyEncipherment')).toBe(true);
});

it('recognises the certificates of devices by clientAuth as the only purpose', () => {
  const purposes = (extendedKeyUsage: string[]) => certificate({ extendedKeyUsage });
  expect(isOnlyForClients(purposes([OID.clientAuth]))).toBe(true);
  expect(isOnlyForClients(purposes([OID.clientAuth, OID.serverAuth]))).toBe(false);
  expect(isOnlyForClients(certificate({}))).toBe(false);
});
