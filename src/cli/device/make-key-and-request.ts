import type { KeyObject } from 'node:crypto';
import { DecodeError } from '../../asn1/decode-error.ts';
import { equalBytes } from '../../asn1/equal-bytes.ts';
import { decodePem, encodePem } from '../../asn1/pem.ts';
import {
  type CertificationRequest,
  parseCertificationRequest,
} from '../../x509/parse-certification-request.ts';
import type { EnrolSubject } from '../scep-client/scep-client-settings.ts';
import { type EnrolFiles, exists, readInput, writeOutput } from '../terminal/enrol-files.ts';
import { generateKey, type KeyAlgorithm } from '../terminal/key-algorithm.ts';
import { type RequestContents, signRequest } from './enrol-request.ts';

/**
 * Makes the key, unless one is given, and the request for it, and writes down what `files` names. Nothing has been sent by then:
 * whatever happens next, the key of the certificate is there.
 * @throws UsageError when a file cannot be written.
 */
export async function makeKeyAndRequest(
  contents: RequestContents,
  given: KeyObject | undefined,
  keyAlgorithm: KeyAlgorithm,
  files: EnrolFiles,
  { force }: { readonly force: boolean },
): Promise<EnrolSubject> {
  const privateKey = given ?? (await generateKey(keyAlgorithm));
  const made = signRequest(contents, privateKey);
  const request = (await sameRequestIn(files.request, made)) ?? made;
  if (files.key !== undefined) {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    await writeOutput(files.key, pem.toString(), { force, secret: true });
  }
  if (files.request !== undefined) {
    const pem = encodePem('CERTIFICATE REQUEST', request.der);
    await writeOutput(files.request, pem, { force, secret: true });
  }
  return { request, privateKey };
}

/**
 * The request that an earlier run wrote, if it differs from `made` in its signature alone, as ECDSA has it: a server knows a
 * repeated request by its bytes.
 */
async function sameRequestIn(
  file: string | undefined,
  made: CertificationRequest,
): Promise<CertificationRequest | undefined> {
  if (file === undefined || !(await exists(file))) return undefined;
  const text = (await readInput(file)).toString('latin1');
  try {
    const [before] = decodePem('CERTIFICATE REQUEST', text).map(parseCertificationRequest);
    return before && equalBytes(before.signedBytes, made.signedBytes) ? before : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
