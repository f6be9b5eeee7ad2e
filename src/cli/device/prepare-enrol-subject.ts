import type { EnrolEnvironment } from '../../config/enrol-environment.ts';
import { UsageError } from '../../config/usage-error.ts';
import { challengePasswords } from '../../scep/challenge-passwords.ts';
import type { EnrolSubject } from '../scep-client/scep-client-settings.ts';
import { keyTypeOf } from '../terminal/key-algorithm.ts';
import type { EnrolFiles } from './enrol-files.ts';
import { requestContents } from './enrol-request.ts';
import { makeKeyAndRequest } from './make-key-and-request.ts';
import type { EnrolOptions } from './options.ts';
import {
  readChallenge,
  readPrivateKey,
  readRequest,
  requireReadableReply,
} from './read-enrol-inputs.ts';

/**
 * Reads all inputs, so that mistakes show before anything is sent. The returned function makes the
 * key and the request and writes them; call it once the CA is trusted.
 * @throws UsageError for unusable input; the returned function throws it for files that cannot be
 * written
 */
export async function prepareEnrolSubject(
  options: EnrolOptions,
  files: EnrolFiles,
  environment: EnrolEnvironment,
): Promise<() => Promise<EnrolSubject>> {
  const { csr, key, keyAlgorithm, force = false } = options;
  const given = key === undefined ? undefined : await readPrivateKey(key);
  if (csr !== undefined) {
    if (given === undefined)
      throw new UsageError('--csr needs --key with the private key of the request');
    const request = await readRequest(csr, given);
    requireReadableReply(given.asymmetricKeyType, challengePasswords(request)[0]);
    return () => Promise.resolve({ request, privateKey: given });
  }
  const challenge = await readChallenge(options, environment);
  const keyType = given === undefined ? keyAlgorithm.type : keyTypeOf(given);
  requireReadableReply(keyType, challenge);
  const contents = requestContents(options, challenge, keyType);
  return () => makeKeyAndRequest(contents, { given, keyAlgorithm }, files, { force });
}
