import { DecodeError } from '../../asn1/decode-error.ts';
import { UntrustedReplyError } from '../../scep/require-server-signature.ts';

/**
 * The server cannot be reached, is not trusted, or sends an unusable reply. The message is for
 * people.
 */
export class ScepClientError extends Error {
  override readonly name = 'ScepClientError';
}

/** Runs a parser of a server’s reply, and names the `operation` in its errors. */
export function readingReply<T>(operation: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError || error instanceof UntrustedReplyError) {
      throw new ScepClientError(`the reply to ${operation} is not usable: ${error.message}`);
    }
    throw error;
  }
}
