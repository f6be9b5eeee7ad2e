/** The only error that the parsers of received bytes in asn1, x509, cms and scep throw. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/**
 * Runs a parser that uses a library, and turns any error of the library into a DecodeError that
 * says `what` is malformed.
 */
export function decoding<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    throw new DecodeError(`${what} is malformed`, { cause: error });
  }
}
