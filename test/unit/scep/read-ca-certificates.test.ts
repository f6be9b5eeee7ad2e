import { beforeAll, describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/asn1/decode-error.ts';
import { OID } from '../../../src/asn1/object-identifiers.ts';
import { buildDegenerateSignedData } from '../../../src/cms/build-signed-data.ts';
import { type CaCertificates, readCaCertificates } from '../../../src/scep/read-ca-certificates.ts';
import { UntrustedReplyError } from '../../../src/scep/require-server-signature.ts';
import { formatName } from '../../../src/x509/distinguished-name.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { type Identity, makeIdentity, rsaKeyPair } from '../../support/keys/test-authority.ts';

const NOW = new Date();
const ONE = 'application/x-x509-ca-cert';
const SEVERAL = 'application/x-x509-ca-ra-cert';
const KEY = rsaKeyPair();

let root: Identity;
let issuing: Identity;
let ra: Identity;

beforeAll(() => {
  root = makeIdentity({ subject: 'CN=Root', ca: {}, keyUsage: ['keyCertSign', 'cRLSign'] });
  issuing = makeIdentity({
    ...{ subject: 'CN=Issuing CA', issuer: root, ca: { pathLength: 0 } },
    keyUsage: ['keyCertSign', 'digitalSignature', 'keyEncipherment'],
  });
  ra = makeIdentity({
    ...{ subject: 'CN=RA', issuer: issuing, extendedKeyUsage: [OID.serverAuth] },
    keyUsage: ['digitalSignature', 'keyEncipherment'],
  });
});

/** A certificate for a shared key, because generating keys takes time. */
function issued(options: Omit<Parameters<typeof makeIdentity>[0], 'keys'>): Identity {
  return makeIdentity({ ...options, keys: KEY });
}

function read(...identities: readonly Identity[]): CaCertificates {
  const body = buildDegenerateSignedData(identities.map(({ certificate }) => certificate.der));
  return readCaCertificates(body, SEVERAL, NOW);
}

function names(certificates: readonly Certificate[]): string[] {
  return certificates.map(({ subject }) => formatName(subject));
}

describe('roles', () => {
  it('finds the RA, the issuing CA and the root in any order', () => {
    for (const order of [
      [ra, issuing, root],
      [root, issuing, ra],
      [issuing, ra, root],
    ]) {
      const ca = read(...order);
      expect(names([ca.recipient])).toEqual(['CN=RA']);
      expect(names(ca.chain)).toEqual(['CN=Issuing CA', 'CN=Root']);
      expect(names(ca.signers)).toEqual(['CN=RA', 'CN=Issuing CA']);
    }
  });

  it('uses a single CA certificate for everything', () => {
    const ca = readCaCertificates(root.certificate.der, ONE, NOW);
    expect(names([ca.recipient, ...ca.chain, ...ca.signers])).toEqual([
      'CN=Root',
      'CN=Root',
      'CN=Root',
    ]);
  });

  it('uses the lowest CA when there is no RA', () => {
    const ca = read(root, issuing);
    expect(names([ca.recipient])).toEqual(['CN=Issuing CA']);
    expect(names(ca.chain)).toEqual(['CN=Issuing CA', 'CN=Root']);
  });

  it('does not need the root', () => {
    expect(names(read(ra, issuing).chain)).toEqual(['CN=Issuing CA']);
  });

  it('encrypts to the RA with keyEncipherment when signing and encryption are split', () => {
    const signing = issued({
      ...{ subject: 'CN=Signing RA', issuer: issuing, keyUsage: ['digitalSignature'] },
    });
    const ca = read(signing, ra, issuing, root);
    expect(names([ca.recipient])).toEqual(['CN=RA']);
    expect(names(ca.signers)).toEqual(['CN=Signing RA', 'CN=RA', 'CN=Issuing CA']);
  });

  it("never uses the certificate of a device as the RA's", () => {
    const device = issued({
      ...{ subject: 'CN=device', issuer: issuing, extendedKeyUsage: [OID.clientAuth] },
      keyUsage: ['digitalSignature', 'keyEncipherment'],
    });
    const ca = read(device, ra, issuing, root);
    expect(names([ca.recipient])).toEqual(['CN=RA']);
    expect(names(ca.signers)).not.toContain('CN=device');
    expect(names([read(device, issuing, root).recipient])).toEqual(['CN=Issuing CA']);
  });

  it('does not trust an RA of another CA as signer', () => {
    const stranger = issued({ subject: 'CN=Stranger' });
    expect(names(read(ra, stranger, issuing, root).signers)).toEqual(['CN=RA', 'CN=Issuing CA']);
  });

  it('reads the content type with parameters and in any case', () => {
    const body = root.certificate.der;
    expect(
      readCaCertificates(body, 'Application/X-X509-CA-Cert; charset=x', NOW).chain,
    ).toHaveLength(1);
  });
});

describe('refuses', () => {
  it('an RA that a namesake of the CA signed', () => {
    const namesake = issued({ subject: 'CN=Issuing CA', ca: {} });
    const forged = issued({ subject: 'CN=RA', issuer: namesake });
    expect(() => read(forged, issuing, root)).toThrow(UntrustedReplyError);
    expect(() => read(forged, issuing, root)).toThrow(/"CN=RA" is not signed by the CA/);
  });

  it('an intermediate that the root did not sign', () => {
    const namesake = issued({ subject: 'CN=Root', ca: {} });
    expect(() => read(ra, issuing, namesake)).toThrow(/"CN=Issuing CA" is not signed/);
  });

  it('a root whose own signature is wrong', () => {
    const other = issued({ subject: 'CN=Root', ca: {} });
    const broken = makeIdentity({ ...{ subject: 'CN=Root', issuer: other, ca: {} }, keys: root });
    expect(() => read(ra, issuing, broken)).toThrow(/the signature of "CN=Root" is wrong/);
  });

  it('an RA below a certificate that is no CA', () => {
    const below = issued({ subject: 'CN=below', issuer: ra });
    expect(() => read(below)).toThrow(/the CA that issued "CN=below" is missing/);
  });

  it('a CA whose key usage or path length forbids what it signed', () => {
    const mute = makeIdentity({
      ...{ subject: 'CN=Root', ca: {}, keyUsage: ['digitalSignature'], keys: root },
    });
    const short = makeIdentity({ subject: 'CN=Root', ca: { pathLength: 0 }, keys: root });
    expect(() => read(ra, issuing, mute)).toThrow(/not signed by the CA/);
    expect(() => read(ra, issuing, short)).toThrow(/not signed by the CA/);
  });

  it('certificates that are not valid now', () => {
    const expired = issued({ subject: 'CN=old', issuer: issuing, notAfter: new Date(0) });
    expect(() => read(expired, issuing, root)).toThrow(/"CN=old" is valid from .*, not now/);
  });

  it('another content type, no certificates, and junk', () => {
    const body = root.certificate.der;
    expect(() => readCaCertificates(body, 'text/html', NOW)).toThrow(DecodeError);
    expect(() => read()).toThrow(/there is no CA certificate/);
    expect(() => readCaCertificates(Buffer.from('junk'), SEVERAL, NOW)).toThrow(DecodeError);
    expect(() => readCaCertificates(Buffer.from('junk'), ONE, NOW)).toThrow(DecodeError);
  });
});
