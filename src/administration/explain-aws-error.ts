import { AwsError } from '../aws-wire/aws-error.ts';
import { UsageError } from '../config/usage-error.ts';

/** What the embedded CA refuses is for the person at the command line. @throws UsageError in place of an AwsError */
export function explainAwsError(error: unknown): never {
  throw error instanceof AwsError ? new UsageError(error.message) : error;
}
