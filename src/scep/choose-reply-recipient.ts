import { derivePasswordKey } from '../cms/password-recipient.ts';
import type { EnvelopeRecipient } from '../cms/seal-enveloped-data.ts';
import { Refusal } from './refusal.ts';
import type { VerifiedRequest } from './verify-pki-request.ts';

/**
 * Requires that the reply to a request can be encrypted: to the RSA key that signed it, or by a
 * challenge password. Call it before anything is issued.
 * @throws Refusal 'signer-key-unsupported'
 */
export function requireReplyRoute(
  { replyBy }: VerifiedRequest,
  challengePassword: string | undefined,
): void {
  if (replyBy === 'password' && challengePassword === undefined) {
    throw new Refusal('signer-key-unsupported', 'not RSA, and no challenge password');
  }
}

/**
 * The recipient of the reply to a request (RFC 8894 section 3.1): the RSA key that signed it, or
 * those who know the challenge password. Deriving a key from a password takes some milliseconds,
 * off the calling thread.
 * @throws Refusal as `requireReplyRoute`
 */
export async function chooseReplyRecipient(
  verified: VerifiedRequest,
  challengePassword: string | undefined,
  randomBytes: (length: number) => Uint8Array,
): Promise<EnvelopeRecipient> {
  requireReplyRoute(verified, challengePassword);
  if (verified.replyBy === 'password') {
    return { passwordKey: await derivePasswordKey(challengePassword ?? '', randomBytes) };
  }
  return { certificate: verified.signerCertificate, publicKey: verified.signerKey };
}
