import type { KeyObject } from 'node:crypto';
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { encodePem } from '../asn1/pem.ts';
import type { EnrolFiles } from './enrol-files.ts';
import { writeOutput } from './enrol-files.ts';
import type { RequestContents } from './enrol-request.ts';
import { signRequest } from './enrol-request.ts';
import type { EnrolSubject } from './scep-client-settings.ts';

/**
 * Makes the key, unless one is given, and the request for it, and writes down what `files` names. Nothing has been sent by then:
 * whatever happens next, the key of the certificate is there.
 * @throws UsageError when a file cannot be written.
 */
export async function makeKeyAndRequest(
  contents: RequestContents,
  given: KeyObject | undefined,
  keyAlgorithm: number,
  files: EnrolFiles,
  { force }: { readonly force: boolean },
): Promise<EnrolSubject> {
  const privateKey = given ?? (await generateRsaKey(keyAlgorithm));
  const request = signRequest(contents, privateKey);
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

async function generateRsaKey(modulusLength: number): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  return privateKey;
}
