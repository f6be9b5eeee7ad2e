import { OID } from '../../../src/asn1/object-identifiers.ts';
import { type CertificateFields, signCertificate } from '../../../src/x509/build-certificate.ts';
import { derName } from '../../../src/x509/distinguished-name.ts';
import { createSigner } from '../../../src/x509/signing-algorithm.ts';
import type { SampleKeyPair } from './sample-keys.ts';

/** The fields of a small self-signed certificate, with the given changes. */
export function sampleFields(
  keys: SampleKeyPair,
  changes: Partial<CertificateFields> = {},
): CertificateFields {
  const name = derName([{ oid: OID.commonName, value: 'sample' }]);
  return {
    serialNumber: Buffer.from('8123456789abcdef', 'hex'),
    signingAlgorithm:
      keys.privateKey.asymmetricKeyType === 'rsa' ? 'SHA256WITHRSA' : 'SHA256WITHECDSA',
    issuer: name,
    subject: name,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2051-01-01T00:00:00Z'),
    subjectPublicKeyInfo: keys.spki,
    extensions: [],
    ...changes,
  };
}

/** A self-signed certificate, DER. */
export function sampleCertificate(
  keys: SampleKeyPair,
  changes: Partial<CertificateFields> = {},
): Uint8Array {
  const fields = sampleFields(keys, changes);
  return signCertificate(fields, createSigner(keys.privateKey, fields.signingAlgorithm));
}
