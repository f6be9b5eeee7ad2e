import { DecodeError } from '../../asn1/decode-error.ts';
import { UntrustedReplyError } from '../../scep/require-server-signature.ts';

/** The server cannot be reached, answers something unusable, or is not to be trusted. The message is for a person. */
export class ScepClientError extends Error {
  override readonly name = 'ScepClientError';
}

/** Runs a reader of what a server sent and names the `operation` in the errors that such readers throw. */
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
