import { AwsError } from '../../aws-wire/aws-error.ts';
import { BucketError, type Buckets, type PublishedFile } from './object-store.ts';

/** The key that AWS writes to check its own permission. */
const TEST_KEY = 'acm-pca-permission-test-key';

/**
 * Checks that the bucket accepts objects, by putting one. Without buckets it does nothing.
 * @throws AwsError ValidationException in AWS's words when the bucket refuses it
 * @throws BucketError when the check cannot be made now
 */
export async function requireWritableBucket(
  buckets: Buckets | undefined,
  bucket: string,
  acl: PublishedFile['acl'] = 'BUCKET_OWNER_FULL_CONTROL',
): Promise<void> {
  const content = Buffer.alloc(0);
  try {
    await buckets?.publish(bucket, TEST_KEY, { content, contentType: 'text/plain', acl });
  } catch (error) {
    if (!(error instanceof BucketError) || error.kind !== 'refused') throw error;
    throw new AwsError(
      'ValidationException',
      `The ACM Private CA service account 'scep-connector' requires getBucketAcl permissions for your S3 bucket '${bucket}'. Check your S3 bucket permissions and try again.`,
      {},
      { cause: error },
    );
  }
}
