import type { KeyObject } from 'node:crypto';
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { encodePem } from '../asn1/pem.ts';
import type { EnrolEnvironment } from '../config/enrol-environment.ts';
import { UsageError } from '../config/usage-error.ts';
import type { EnrolFiles } from './enrol-files.ts';
import { writeOutput } from './enrol-files.ts';
import type { EnrolOptions } from './enrol-options.ts';
import { requestContents, signRequest } from './enrol-request.ts';
import { readChallenge, readPrivateKey, readRequest } from './read-enrol-inputs.ts';
import type { EnrolSubject } from './scep-client-settings.ts';

/**
 * Reads all that the user gave, so that mistakes show before the server hears of us. What it gives back makes the key and the
 * request and writes them down, to be called once the CA is trusted.
 * @throws UsageError for input that cannot be used; so does what it gives back, for files that cannot be written.
 */
export async function prepareEnrolSubject(
  options: EnrolOptions,
  files: EnrolFiles,
  environment: EnrolEnvironment,
): Promise<() => Promise<EnrolSubject>> {
  const { csr, key, keyAlgorithm, force = false } = options;
  const given = key === undefined ? undefined : await readPrivateKey(key);
  if (csr !== undefined) {
    if (given === undefined) throw new UsageError('--csr needs the key of the request by --key');
    const request = await readRequest(csr, given);
    return () => Promise.resolve({ request, privateKey: given });
  }
  const contents = requestContents(options, await readChallenge(options, environment));
  return async () => {
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
  };
}

async function generateRsaKey(modulusLength: number): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  return privateKey;
}
