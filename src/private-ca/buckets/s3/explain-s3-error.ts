import { S3ServiceException } from '@aws-sdk/client-s3';
import { BucketError } from '../object-store.ts';

/**
 * Statuses after which the same request may succeed: a timeout, a write conflict, too many
 * requests.
 */
const PASSING = [408, 409, 429];

/** @throws BucketError for an error answer of S3, or for no answer */
export function explainS3Error(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  const { name, message } = error;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const isFinal =
    status !== undefined && status >= 300 && status < 500 && !PASSING.includes(status);
  const kind = isFinal ? 'refused' : 'unavailable';
  throw new BucketError(kind, `S3: ${name} (${status ?? 'no answer'}): ${message}`, {
    cause: error,
  });
}
