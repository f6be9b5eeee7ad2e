type Pkcs12Refusal =
  /** Or the file was changed: nothing tells the two apart. */
  | 'wrongPassphrase'
  /** OpenSSL reads it, and can write it anew in a way that is read here. */
  | 'rewritable'
  /** As above, with its legacy algorithms. */
  | 'rewritableByLegacy'
  /** It does not hold what was looked for. */
  | 'otherContents';

/** A PKCS #12 file that is well-formed, and is not opened. The message quotes nothing of it. */
export class Pkcs12Error extends Error {
  override readonly name = 'Pkcs12Error';
  readonly refusal: Pkcs12Refusal;

  constructor(refusal: Pkcs12Refusal, message: string) {
    super(message);
    this.refusal = refusal;
  }
}
