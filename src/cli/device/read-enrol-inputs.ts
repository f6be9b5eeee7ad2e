import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { DecodeError } from '../../asn1/decode-error.ts';
import { decodePem } from '../../asn1/pem.ts';
import type { EnrolEnvironment } from '../../config/enrol-environment.ts';
import { UsageError } from '../../config/usage-error.ts';
import type { ReplyRecipient } from '../../scep/open-cert-rep.ts';
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import {
  type CertificationRequest,
  parseCertificationRequest,
} from '../../x509/parse-certification-request.ts';
import { importPublicKey } from '../../x509/public-key.ts';
import type { CaTrust } from '../scep-client/trust-ca.ts';
import { readInput } from '../terminal/files.ts';
import type { ChallengeOptions, ServerOptions } from './options.ts';

const MINIMUM_RSA_BITS = 2048;
/** P-256, P-384 and P-521, by their names in node:crypto. */
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];

/** Reads the challenge from the command line, the file or the environment, in this order. */
export async function readChallenge(
  { challenge, challengeFile }: ChallengeOptions,
  environment: Partial<EnrolEnvironment>,
): Promise<string | undefined> {
  if (challengeFile === undefined) return challenge ?? environment.challengePassword;
  const text = (await readInput(challengeFile)).toString('utf8').replace(/\r?\n$/, '');
  if (text === '') throw new UsageError(`${challengeFile} is empty; it must hold the challenge`);
  return text;
}

export async function readTrust({
  caFingerprint,
  caFile,
}: Pick<ServerOptions, 'caFingerprint' | 'caFile'>): Promise<CaTrust> {
  if (caFingerprint !== undefined) return { kind: 'fingerprint', sha256: caFingerprint };
  if (caFile === undefined) return { kind: 'first-use' };
  return { kind: 'anchors', certificates: await readCertificates(caFile) };
}

/** The certificates of a PEM file, one or more. @throws UsageError when there is none. */
async function readCertificates(file: string): Promise<readonly [Certificate, ...Certificate[]]> {
  const text = (await readInput(file)).toString('latin1');
  const [first, ...others] = readingInput(file, 'a PEM certificate', () =>
    decodePem('CERTIFICATE', text).map(parseCertificate),
  );
  if (first === undefined) throw new UsageError(`${file} holds no PEM certificate`);
  return [first, ...others];
}

/** A certificate and its private key. @throws UsageError when they do not belong together. */
export async function readHolder(
  certificateFile: string,
  keyFile: string,
): Promise<ReplyRecipient> {
  const [certificate] = await readCertificates(certificateFile);
  const privateKey = await readPrivateKey(keyFile);
  const certified = readingInput(certificateFile, 'a certificate of a usable key', () =>
    importPublicKey(certificate.subjectPublicKeyInfo),
  );
  if (!certified.equals(createPublicKey(privateKey))) {
    throw new UsageError(`${keyFile} is not the key of the certificate in ${certificateFile}`);
  }
  return { certificate, privateKey };
}

/** An RSA or EC private key in PEM without a password. @throws UsageError for anything else. */
export async function readPrivateKey(file: string): Promise<KeyObject> {
  const text = await readInput(file);
  const key = privateKeyFrom(text);
  if (key === undefined) {
    throw new UsageError(`${file} holds no private key in PEM without a password`);
  }
  if (!isUsable(key)) {
    throw new UsageError(
      `${file} must hold an RSA key of ${MINIMUM_RSA_BITS} bits or more, or an EC key on P-256, P-384 or P-521`,
    );
  }
  return key;
}

function isUsable(key: KeyObject): boolean {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  return key.asymmetricKeyType === 'rsa'
    ? modulusLength >= MINIMUM_RSA_BITS
    : key.asymmetricKeyType === 'ec' && CURVES.includes(namedCurve);
}

/**
 * Reads a request, PEM or DER, that is sent unchanged.
 * @throws UsageError also if it is not for `privateKey`
 */
export async function readRequest(
  file: string,
  privateKey: KeyObject,
): Promise<CertificationRequest> {
  const bytes = await readInput(file);
  const request = readingInput(file, 'a PKCS #10 certification request', () => {
    const text = bytes
      .toString('latin1')
      .replaceAll('NEW CERTIFICATE REQUEST', 'CERTIFICATE REQUEST');
    return parseCertificationRequest(decodePem('CERTIFICATE REQUEST', text)[0] ?? bytes);
  });
  const requested = readingInput(file, 'a request for a usable key', () =>
    importPublicKey(request.subjectPublicKeyInfo),
  );
  if (!requested.equals(createPublicKey(privateKey))) {
    throw new UsageError(`${file} is a request for another key than that of --key`);
  }
  return request;
}

function privateKeyFrom(pem: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // The message of OpenSSL is not helpful, and it must not quote the key.
    return undefined;
  }
}

function readingInput<T>(file: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError)
      throw new UsageError(`${file} is not ${what}: ${error.message}`);
    throw error;
  }
}

/**
 * Nothing can be encrypted to an EC key, so the reply is encrypted with the challenge password in
 * the request (RFC 8894 section 3.1).
 * @throws UsageError when an EC key signs and there is no challenge password
 */
export function requireReadableReply(
  signerKeyType: string | undefined,
  challengePassword: string | undefined,
): void {
  if (signerKeyType !== 'ec' || challengePassword !== undefined) return;
  throw new UsageError(
    'with an EC key the reply is encrypted with the challenge password, and there is none. Use a challenge or an RSA key',
  );
}
