import { derivePasswordKey } from '../cms/password-recipient.ts';
import type { EnvelopeRecipient } from '../cms/seal-enveloped-data.ts';
import { Refusal } from './refusal.ts';
import type { VerifiedRequest } from './verify-pki-request.ts';

/**
 * Whom the reply to a request is to be encrypted for (RFC 8894 section 3.1): the RSA key that signed it, or whoever knows the
 * challenge password. To be called before anything is issued; it takes some milliseconds, off the
 * calling thread, when it is by password.
 * @throws Refusal 'signer-key-unsupported' when there is no way to encrypt the reply (protocol C31).
 */
export async function chooseReplyRecipient(
  { signerCertificate, signerKey, replyBy }: VerifiedRequest,
  challengePassword: string | undefined,
  randomBytes: (length: number) => Uint8Array,
): Promise<EnvelopeRecipient> {
  if (replyBy === 'key-transport') return { certificate: signerCertificate, publicKey: signerKey };
  if (challengePassword === undefined) {
    throw new Refusal('signer-key-unsupported', 'not RSA, and no challenge password');
  }
  return { passwordKey: await derivePasswordKey(challengePassword, randomBytes) };
}
