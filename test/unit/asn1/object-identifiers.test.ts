import { describe, expect, it } from 'vitest';
import { isDottedOid, OID } from '../../../src/asn1/object-identifiers.ts';
import { derOid } from '../../../src/asn1/write-der.ts';
import { asn1Lines } from '../../support/clients/run-openssl.ts';

/** The names that openssl prints for the identifiers it knows. */
const OPENSSL_NAMES: Partial<Record<keyof typeof OID, string>> = {
  data: 'pkcs7-data',
  signedData: 'pkcs7-signedData',
  envelopedData: 'pkcs7-envelopedData',
  contentType: 'contentType',
  messageDigest: 'messageDigest',
  signingTime: 'signingTime',
  challengePassword: 'challengePassword',
  extensionRequest: 'Extension Request',
  microsoftCertExtensions: 'Microsoft Extension Request',
  rsaEncryption: 'rsaEncryption',
  rsaesOaep: 'rsaesOaep',
  mgf1: 'mgf1',
  pSpecified: 'pSpecified',
  rsassaPss: 'rsassaPss',
  ecPublicKey: 'id-ecPublicKey',
  prime256v1: 'prime256v1',
  secp384r1: 'secp384r1',
  secp521r1: 'secp521r1',
  md5WithRsa: 'md5WithRSAEncryption',
  sha1WithRsa: 'sha1WithRSAEncryption',
  sha256WithRsa: 'sha256WithRSAEncryption',
  sha384WithRsa: 'sha384WithRSAEncryption',
  sha512WithRsa: 'sha512WithRSAEncryption',
  ecdsaWithSha1: 'ecdsa-with-SHA1',
  ecdsaWithSha256: 'ecdsa-with-SHA256',
  ecdsaWithSha384: 'ecdsa-with-SHA384',
  ecdsaWithSha512: 'ecdsa-with-SHA512',
  md5: 'md5',
  sha1: 'sha1',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  desCbc: 'des-cbc',
  desEde3Cbc: 'des-ede3-cbc',
  aes128Cbc: 'aes-128-cbc',
  aes192Cbc: 'aes-192-cbc',
  aes256Cbc: 'aes-256-cbc',
  subjectKeyIdentifier: 'X509v3 Subject Key Identifier',
  keyUsage: 'X509v3 Key Usage',
  subjectAltName: 'X509v3 Subject Alternative Name',
  basicConstraints: 'X509v3 Basic Constraints',
  cRLNumber: 'X509v3 CRL Number',
  cRLReason: 'X509v3 CRL Reason Code',
  nameConstraints: 'X509v3 Name Constraints',
  authorityKeyIdentifier: 'X509v3 Authority Key Identifier',
  extKeyUsage: 'X509v3 Extended Key Usage',
  userPrincipalName: 'Microsoft User Principal Name',
  anyExtendedKeyUsage: 'Any Extended Key Usage',
  serverAuth: 'TLS Web Server Authentication',
  clientAuth: 'TLS Web Client Authentication',
  commonName: 'commonName',
  surname: 'surname',
  serialNumber: 'serialNumber',
  countryName: 'countryName',
  localityName: 'localityName',
  stateOrProvinceName: 'stateOrProvinceName',
  streetAddress: 'streetAddress',
  organizationName: 'organizationName',
  organizationalUnitName: 'organizationalUnitName',
  title: 'title',
  givenName: 'givenName',
  initials: 'initials',
  generationQualifier: 'generationQualifier',
  dnQualifier: 'dnQualifier',
  pseudonym: 'pseudonym',
  emailAddress: 'emailAddress',
  unstructuredName: 'unstructuredName',
  unstructuredAddress: 'unstructuredAddress',
  userId: 'userId',
  domainComponent: 'domainComponent',
};

describe('OID', () => {
  it.each(Object.entries(OPENSSL_NAMES))('%s is what openssl calls %s', (name, opensslName) => {
    const [line = ''] = asn1Lines(derOid(OID[name as keyof typeof OID]));
    expect(line.replace(/^.*?OBJECT\s+:/, '')).toBe(opensslName);
  });

  it('contains no identifier twice', () => {
    const dotted = Object.values(OID);
    expect(new Set(dotted).size).toBe(dotted.length);
  });

  it('has the SCEP attributes of RFC 8894 section 3.2.1', () => {
    const { scepMessageType, scepPkiStatus, scepFailInfo } = OID;
    const { scepSenderNonce, scepRecipientNonce, scepTransactionId } = OID;
    expect([
      scepMessageType,
      scepPkiStatus,
      scepFailInfo,
      scepSenderNonce,
      scepRecipientNonce,
      scepTransactionId,
    ]).toEqual([2, 3, 4, 5, 6, 7].map((last) => `2.16.840.1.113733.1.9.${last}`));
    expect(OID.scepFailInfoText).toBe('1.3.6.1.5.5.7.24.1');
  });
});

describe('isDottedOid', () => {
  it.each([...Object.values(OID), '2.999', '0.0', '2.25.340282366920938463463374607431768211455'])(
    'accepts %s',
    (text) => {
      expect(isDottedOid(text)).toBe(true);
    },
  );

  it.each([
    '',
    '1',
    '1.',
    '.1',
    '1..2',
    '3.1',
    '1.02',
    '1.2 ',
    '1.-2',
    '1.a',
    `1${'.1'.repeat(64)}`,
    `1.2.${'9'.repeat(40)}`,
    '1.2\n',
  ])('refuses %j', (text) => {
    expect(isDottedOid(text)).toBe(false);
  });

  it.each(['0.40', '1.40'])('refuses %s, whose second arc is out of range', (text) => {
    expect(isDottedOid(text)).toBe(false);
  });
});
