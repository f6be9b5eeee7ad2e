/** So many wait already for the key of an authority to sign OCSP answers that one more is not to. Later there is room again. */
export class KeyBusyError extends Error {
  override readonly name = 'KeyBusyError';
}
