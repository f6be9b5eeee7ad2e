import { isDottedOid } from '../../asn1/object-identifiers.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';

/** Turns the RangeError of a writer of names or extensions into InvalidArgsException. */
export function withInvalidArgs<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AwsError('InvalidArgsException', error.message, {}, { cause: error });
  }
}

/**
 * The model's pattern also passes leading zeros and arcs that no encoder can write.
 * @throws AwsError InvalidArgsException
 */
export function requireOid(text: string): string {
  if (isDottedOid(text)) return text;
  throw new AwsError('InvalidArgsException', `${text} is not an object identifier`);
}
