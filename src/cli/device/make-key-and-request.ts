import type { KeyObject } from 'node:crypto';
import { DecodeError } from '../../asn1/decode-error.ts';
import { equalBytes } from '../../asn1/equal-bytes.ts';
import { decodePem, encodePem } from '../../asn1/pem.ts';
import {
  type CertificationRequest,
  parseCertificationRequest,
} from '../../x509/parse-certification-request.ts';
import type { EnrolSubject } from '../scep-client/scep-client-settings.ts';
import { exists, readInput, writeOutput } from '../terminal/files.ts';
import { generateKey, type KeySpec } from '../terminal/key-algorithm.ts';
import type { EnrolFiles } from './enrol-files.ts';
import { type RequestContents, signRequest } from './enrol-request.ts';

/** The key of the user, or the type of the key to make. */
export interface KeySource {
  readonly given: KeyObject | undefined;
  readonly keyAlgorithm: KeySpec;
}

/**
 * Makes the request, and the key if the user has none, and writes the `files` before anything is
 * sent, so that the key of the certificate is never lost.
 * @throws UsageError when a file cannot be written
 */
export async function makeKeyAndRequest(
  contents: RequestContents,
  { given, keyAlgorithm }: KeySource,
  files: EnrolFiles,
  { force }: { readonly force: boolean },
): Promise<EnrolSubject> {
  const privateKey = given ?? (await generateKey(keyAlgorithm));
  const made = signRequest(contents, privateKey);
  const before = await requestIn(files.request);
  const isRepeated = before !== undefined && equalBytes(before.signedBytes, made.signedBytes);
  const request = isRepeated ? before : made;
  if (files.key !== undefined) {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    await writeOutput(files.key, pem.toString(), { force, secret: true });
  }
  if (files.request !== undefined) {
    const pem = encodePem('CERTIFICATE REQUEST', request.der);
    const isOurs = before !== undefined && hasSameKey(before, made);
    await writeOutput(files.request, pem, { force: force || isOurs, secret: true });
  }
  return { request, privateKey };
}

/**
 * The request of an earlier run. If it differs from the new one only in its signature, it is sent
 * again (ECDSA signatures are random): a server recognises a repeated request by its bytes.
 */
async function requestIn(file: string | undefined): Promise<CertificationRequest | undefined> {
  if (file === undefined || !(await exists(file))) return undefined;
  const text = (await readInput(file)).toString('latin1');
  try {
    return decodePem('CERTIFICATE REQUEST', text).map(parseCertificationRequest)[0];
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function hasSameKey(a: CertificationRequest, b: CertificationRequest): boolean {
  return equalBytes(a.subjectPublicKeyInfo, b.subjectPublicKeyInfo);
}
