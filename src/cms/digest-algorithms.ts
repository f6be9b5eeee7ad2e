import { OID } from '../asn1/object-identifiers.ts';
import type { DigestName } from '../x509/signature-algorithms.ts';

/** A digest of CMS signatures. What a connector accepts of them is its policy's business. */
interface DigestAlgorithm {
  /** Also the name node:crypto knows the digest by. */
  readonly name: DigestName;
  readonly oid: string;
  /** The signature algorithm that joins this digest with an RSA key, PKCS #1 v1.5. */
  readonly withRsaOid: string;
}

const TABLE: readonly DigestAlgorithm[] = [
  { name: 'md5', oid: OID.md5, withRsaOid: OID.md5WithRsa },
  { name: 'sha1', oid: OID.sha1, withRsaOid: OID.sha1WithRsa },
  { name: 'sha256', oid: OID.sha256, withRsaOid: OID.sha256WithRsa },
  { name: 'sha384', oid: OID.sha384, withRsaOid: OID.sha384WithRsa },
  { name: 'sha512', oid: OID.sha512, withRsaOid: OID.sha512WithRsa },
];

export function findDigestByOid(oid: string): DigestAlgorithm | undefined {
  return TABLE.find((digest) => digest.oid === oid);
}

export function digestOid(name: DigestName): string {
  return (TABLE.find((digest) => digest.name === name) as DigestAlgorithm).oid;
}
