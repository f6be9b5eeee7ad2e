import type { AwsErrorCode } from '../aws-wire/aws-error.ts';
import { AwsError } from '../aws-wire/aws-error.ts';

/** An error that the API model does not have for an operation is a fault of ours, whose words are for the log alone. */
export function asModelled(error: unknown, modelled: readonly AwsErrorCode[]): unknown {
  if (!(error instanceof AwsError) || modelled.includes(error.code)) return error;
  return new Error(`the operation has no ${error.code}`, { cause: error });
}
