/** A reply of a SCEP server that can be read but not relied on. The message is for the person at the client. */
export class UntrustedReplyError extends Error {
  override readonly name = 'UntrustedReplyError';
}
