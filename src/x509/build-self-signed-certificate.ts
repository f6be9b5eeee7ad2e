import type { KeyObject } from 'node:crypto';
import { type CertificateFields, signCertificate } from './build-certificate.ts';
import { createSigner } from './signing-algorithm.ts';

export interface SelfSignedFields
  extends Omit<CertificateFields, 'issuer' | 'subjectPublicKeyInfo'> {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** The DER of a certificate that a key issues to itself, like the transient identity of a SCEP client (RFC 8894 section 2.3). */
export function buildSelfSignedCertificate(fields: SelfSignedFields): Uint8Array {
  const { publicKey, privateKey, ...rest } = fields;
  return signCertificate(
    {
      ...rest,
      issuer: fields.subject,
      subjectPublicKeyInfo: publicKey.export({ format: 'der', type: 'spki' }),
    },
    createSigner(privateKey, fields.signingAlgorithm),
  );
}
