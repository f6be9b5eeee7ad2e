/** What every parser of outside bytes in asn1, x509, cms and scep throws, and the only thing it throws. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** Runs a parser built on a library and turns whatever the library throws into a DecodeError that says `what` failed. */
export function decoding<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    throw new DecodeError(`${what} is malformed`, { cause: error });
  }
}
