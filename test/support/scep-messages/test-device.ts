import { type KeyObject, randomBytes, sign } from 'node:crypto';
import { type CipherName, contentCipher } from '../../../src/cms/content-ciphers.ts';
import { buildPkiRequest } from '../../../src/scep/build-pki-request.ts';
import type { RequestType } from '../../../src/scep/message-types.ts';
import { buildSelfSignedCertificate } from '../../../src/x509/build-certificate.ts';
import {
  buildCertificationRequest,
  type CertificationRequestFields,
} from '../../../src/x509/build-certification-request.ts';
import { type Certificate, parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { importPublicKey } from '../../../src/x509/public-key.ts';
import type { DigestName } from '../../../src/x509/signature-algorithms.ts';
import type { SigningAlgorithm } from '../../../src/x509/signing-algorithm.ts';
import { rsaKeyPair } from '../keys/test-authority.ts';

/** A device that enrols: its key, and the certificate it signs for itself. */
export interface TestDevice {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly certificate: Certificate;
}

export function makeDevice(keys = rsaKeyPair()): TestDevice {
  const der = buildSelfSignedCertificate({
    ...keys,
    serialNumber: Buffer.of(1),
    signingAlgorithm: signingAlgorithmOf(keys.privateKey),
    subject: parseDistinguishedNameText('CN=device of a test'),
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    extensions: [],
  });
  return { ...keys, certificate: parseCertificate(der) };
}

/** The device's PKCS #10, DER; `fields` adds to it or replaces. */
export function deviceCsr(
  device: TestDevice,
  fields: Partial<CertificationRequestFields> = {},
  signWith: (bytes: Uint8Array) => Uint8Array = (bytes) => sign('sha256', bytes, device.privateKey),
): Uint8Array {
  const request = {
    subject: parseDistinguishedNameText('CN=device-1,O=Example'),
    subjectPublicKeyInfo: device.publicKey.export({ format: 'der', type: 'spki' }),
    ...fields,
  };
  return buildCertificationRequest(request, signingAlgorithmOf(device.privateKey), signWith);
}

function signingAlgorithmOf({ asymmetricKeyType }: KeyObject): SigningAlgorithm {
  return asymmetricKeyType === 'rsa' ? 'SHA256WITHRSA' : 'SHA256WITHECDSA';
}

export interface RequestOptions {
  readonly type?: RequestType;
  readonly transactionId?: string;
  readonly cipher?: CipherName;
  readonly digest?: DigestName;
  /** Random by default. */
  readonly senderNonce?: Uint8Array;
}

/** The device's pkiMessage with `content` for `ra`, DER. */
export function deviceRequest(
  device: TestDevice,
  ra: Certificate,
  content: Uint8Array,
  options: RequestOptions = {},
): Uint8Array {
  const parts = {
    type: options.type ?? 'PKCSReq',
    transactionId: options.transactionId ?? 'transaction-1',
    senderNonce: options.senderNonce ?? randomBytes(16),
    content,
    recipient: { certificate: ra, publicKey: importPublicKey(ra.subjectPublicKeyInfo) },
    cipher: contentCipher(options.cipher ?? 'aes128'),
    signer: {
      certificate: device.certificate,
      privateKey: device.privateKey,
      digest: options.digest ?? 'sha256',
    },
  };
  return buildPkiRequest(parts, new Date(), randomBytes);
}
