import { resolve } from 'node:path';
import { OID } from '../../asn1/object-identifiers.ts';
import { UsageError } from '../../config/usage-error.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import type { EnrolSubject } from '../scep-client/scep-client-settings.ts';
import type { EnrolFiles } from './enrol-files.ts';
import type { RequestContents } from './enrol-request.ts';
import { makeKeyAndRequest } from './make-key-and-request.ts';
import type { RenewOptions } from './options.ts';
import {
  readChallenge,
  readHolder,
  readPrivateKey,
  requireReadableReply,
} from './read-enrol-inputs.ts';

/** The extensions that a renewal asks for again. The CA decides about all others. */
const KEPT_EXTENSIONS: readonly string[] = [OID.keyUsage, OID.extKeyUsage, OID.subjectAltName];

/**
 * Reads the certificate to renew and all other inputs. The returned function makes the request,
 * and the key if it is a new one, and writes them; call it once the CA is trusted.
 * @throws UsageError for unusable input; the returned function throws it for files that cannot be
 * written
 */
export async function prepareRenewal(
  options: RenewOptions,
  files: EnrolFiles,
): Promise<() => Promise<EnrolSubject>> {
  const { certificate: certificateFile, key, newKey, sameKey, keyAlgorithm, asPkcsReq } = options;
  keepOldKey(files, key);
  const holder = await readHolder(certificateFile, key);
  const given = newKey === undefined ? undefined : await readPrivateKey(newKey);
  const challenge = await readChallenge(options, {});
  requireReadableReply(holder.privateKey.asymmetricKeyType, challenge);
  const contents = renewalContents(holder.certificate, challenge);
  const messageType = asPkcsReq === true ? 'PKCSReq' : 'RenewalReq';
  const force = options.force === true;
  return async () => {
    const kept = sameKey === true ? holder.privateKey : given;
    const subject = await makeKeyAndRequest(contents, { given: kept, keyAlgorithm }, files, {
      force,
    });
    return { ...subject, renewal: { ...holder, messageType } };
  };
}

/** Copies the names byte for byte: the server compares them (RFC 8894 section 2.5). */
function renewalContents(
  { subject, extensions }: Pick<Certificate, 'subject' | 'extensions'>,
  challengePassword: string | undefined,
): RequestContents {
  return omitUndefined({
    subject,
    extensions: extensions.filter(({ oid }) => KEPT_EXTENSIONS.includes(oid)),
    challengePassword,
  });
}

/**
 * Refuses to overwrite the old key, even with --force: the new key is written before it has a
 * certificate.
 */
function keepOldKey(files: EnrolFiles, oldKey: string): void {
  if (files.key !== undefined && resolve(files.key) === resolve(oldKey)) {
    throw new UsageError(
      `the new key would replace ${oldKey} before it has a certificate. Use another --out or --key-out`,
    );
  }
}
