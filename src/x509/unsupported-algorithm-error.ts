/** A well-formed structure names an algorithm this server does not do. SCEP answers it with failInfo badAlg. */
export class UnsupportedAlgorithmError extends Error {
  override readonly name = 'UnsupportedAlgorithmError';
  /** Dotted. */
  readonly oid: string;

  constructor(oid: string) {
    super(`algorithm ${oid} is not supported`);
    this.oid = oid;
  }
}
