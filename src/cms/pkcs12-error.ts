type Pkcs12Refusal =
  /** The file may also have been changed: the two cannot be told apart. */
  | 'wrongPassphrase'
  /** OpenSSL can read it and write it in a form that is supported here. */
  | 'rewritable'
  /** As above, with OpenSSL's legacy algorithms. */
  | 'rewritableByLegacy'
  /** It does not contain exactly one private key. */
  | 'otherContents';

/** A well-formed PKCS #12 file that cannot be opened. The message quotes nothing from the file. */
export class Pkcs12Error extends Error {
  override readonly name = 'Pkcs12Error';
  readonly refusal: Pkcs12Refusal;

  constructor(refusal: Pkcs12Refusal, message: string) {
    super(message);
    this.refusal = refusal;
  }
}
