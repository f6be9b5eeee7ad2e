/**
 * A well-formed structure uses an algorithm that this server does not support. SCEP answers with
 * failInfo badAlg.
 */
export class UnsupportedAlgorithmError extends Error {
  override readonly name = 'UnsupportedAlgorithmError';
  /** Dotted. */
  readonly oid: string;

  constructor(oid: string) {
    super(`algorithm ${oid} is not supported`);
    this.oid = oid;
  }
}
