import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { decodePem } from '../asn1/pem.ts';
import type { EnrolEnvironment } from '../config/enrol-environment.ts';
import { UsageError } from '../config/usage-error.ts';
import { parseCertificate } from '../x509/parse-certificate.ts';
import type { CertificationRequest } from '../x509/parse-certification-request.ts';
import { parseCertificationRequest } from '../x509/parse-certification-request.ts';
import { importPublicKey } from '../x509/public-key.ts';
import { readInput } from './enrol-files.ts';
import type { EnrolOptions } from './enrol-options.ts';
import type { CaTrust } from './trust-ca.ts';

const MINIMUM_RSA_BITS = 2048;

/** The challenge password of the command line, the file or the environment, in this order; undefined when none is given. */
export async function readChallenge(
  { challenge, challengeFile }: EnrolOptions,
  environment: EnrolEnvironment,
): Promise<string | undefined> {
  if (challengeFile === undefined) return challenge ?? environment.challengePassword;
  const text = (await readInput(challengeFile)).toString('utf8').replace(/\r?\n$/, '');
  if (text === '') throw new UsageError(`${challengeFile} is empty; it must hold the challenge`);
  return text;
}

export async function readTrust({ caFingerprint, caFile }: EnrolOptions): Promise<CaTrust> {
  if (caFingerprint !== undefined) return { kind: 'fingerprint', sha256: caFingerprint };
  if (caFile === undefined) return { kind: 'first-use' };
  const text = (await readInput(caFile)).toString('latin1');
  const certificates = readingInput(caFile, 'a PEM certificate', () =>
    decodePem('CERTIFICATE', text).map(parseCertificate),
  );
  if (certificates.length === 0) throw new UsageError(`${caFile} holds no PEM certificate`);
  return { kind: 'anchors', certificates };
}

/** An RSA private key, PKCS #1 or PKCS #8 PEM without a password. @throws UsageError for anything else. */
export async function readPrivateKey(file: string): Promise<KeyObject> {
  const text = await readInput(file);
  const key = privateKeyFrom(text);
  if (key === undefined) {
    throw new UsageError(`${file} holds no private key in PEM without a password`);
  }
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== 'rsa' || modulusLength < MINIMUM_RSA_BITS) {
    throw new UsageError(`${file} must hold an RSA key of ${MINIMUM_RSA_BITS} bits or more`);
  }
  return key;
}

/** A request that is sent as it is, PEM or DER. @throws UsageError also when it is not for `privateKey`. */
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
    throw new UsageError(`${file} is a request for another key than the one given by --key`);
  }
  return request;
}

function privateKeyFrom(pem: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's words would only confuse, and must not end up quoting the key.
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
