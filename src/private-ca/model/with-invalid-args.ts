import { AwsError } from '../../aws-wire/aws-error.ts';

/** Runs a writer of names or extensions; the RangeError for a value that it cannot write becomes InvalidArgsException. */
export function withInvalidArgs<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AwsError('InvalidArgsException', error.message, {}, { cause: error });
  }
}
