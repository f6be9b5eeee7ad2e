import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestOid, findDigestByOid } from '../../../src/cms/digest-algorithms.ts';
import { signatureDigest } from '../../../src/x509/signature-algorithms.ts';

test.each([
  ['md5', '1.2.840.113549.2.5'],
  ['sha1', '1.3.14.3.2.26'],
  ['sha256', '2.16.840.1.101.3.4.2.1'],
  ['sha384', '2.16.840.1.101.3.4.2.2'],
  ['sha512', '2.16.840.1.101.3.4.2.3'],
] as const)('%s is %s', (name, oid) => {
  const digest = findDigestByOid(oid);
  expect(digest?.name).toBe(name);
  expect(digestOid(name)).toBe(oid);
  expect(() => createHash(name)).not.toThrow();
  const withRsaOid = digest?.withRsaOid ?? '';
  expect(signatureDigest({ oid: withRsaOid, parameters: undefined })).toBe(name);
});

test.each(['', '2.16.840.1.101.3.4.2.4', '1.2.840.113549.2.2', 'sha256'])(
  '%j is no digest of ours',
  (oid) => {
    expect(findDigestByOid(oid)).toBeUndefined();
  },
);
