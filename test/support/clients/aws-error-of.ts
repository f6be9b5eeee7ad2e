import { AwsError } from '../../../src/aws-wire/aws-error.ts';

/** The AwsError that `act` throws. Anything else fails the test. */
export function awsErrorOf(act: () => unknown): AwsError {
  try {
    act();
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
