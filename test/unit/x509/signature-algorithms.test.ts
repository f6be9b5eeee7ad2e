import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  DIGEST_ALGORITHMS,
  digestAlgorithm,
  findDigestByOid,
  signatureDigest,
  signatureScheme,
} from '../../../src/x509/signature-algorithms.ts';

it.each([
  ['md5', '1.2.840.113549.2.5'],
  ['sha1', '1.3.14.3.2.26'],
  ['sha256', '2.16.840.1.101.3.4.2.1'],
  ['sha384', '2.16.840.1.101.3.4.2.2'],
  ['sha512', '2.16.840.1.101.3.4.2.3'],
] as const)('finds %s by %s', (name, oid) => {
  const digest = findDigestByOid(oid);
  expect(digest?.name).toBe(name);
  expect(digestAlgorithm(name)).toBe(digest);
  expect(createHash(name).digest()).toHaveLength(digest?.length ?? 0);
  const withRsaOid = digest?.withRsaOid ?? '';
  expect(signatureDigest({ oid: withRsaOid, parameters: undefined })).toBe(name);
});

it.each(['', '2.16.840.1.101.3.4.2.4', '1.2.840.113549.2.2', 'sha256'])(
  'finds no digest for %j',
  (oid) => {
    expect(findDigestByOid(oid)).toBeUndefined();
  },
);

it('every signature algorithm of a row yields its digest and kind of key', () => {
  for (const { name, withRsaOid, withEcdsaOid } of DIGEST_ALGORITHMS) {
    const scheme = (oid: string) => signatureScheme({ oid, parameters: undefined });
    expect(scheme(withRsaOid)).toEqual({ kind: 'rsa-pkcs1', digest: name });
    if (withEcdsaOid !== undefined) {
      expect(scheme(withEcdsaOid)).toEqual({ kind: 'ecdsa', digest: name });
    }
  }
});

it('no object identifier has two meanings', () => {
  const oids = DIGEST_ALGORITHMS.flatMap(({ oid, withRsaOid, withEcdsaOid, hmacOid }) =>
    [oid, withRsaOid, withEcdsaOid, hmacOid].filter((each) => each !== undefined),
  );
  expect(new Set(oids).size).toBe(oids.length);
});
