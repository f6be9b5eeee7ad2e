import { UsageError } from '../../config/usage-error.ts';

/**
 * Nothing can be encrypted to an EC key, so the reply is encrypted by the challenge password that the request holds (RFC 8894
 * section 3.1).
 * @throws UsageError when an EC key is to sign and there is none.
 */
export function requireReadableReply(
  signerKeyType: string | undefined,
  challengePassword: string | undefined,
): void {
  if (signerKeyType !== 'ec' || challengePassword !== undefined) return;
  throw new UsageError(
    'with an EC key the reply is encrypted by the challenge password, and there is none. Give one, or use an RSA key',
  );
}
