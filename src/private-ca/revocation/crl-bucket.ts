import { z } from 'zod';
import { defineCollection, putEntry, storedObject } from '../../store/collection.ts';
import type { Buckets } from '../buckets/object-store.ts';
import { requireWritableBucket } from '../buckets/require-writable-bucket.ts';
import type { CaContext } from '../model/ca-context.ts';
import type { RevocationConfiguration } from '../model/revocation-configuration.ts';

/**
 * Every authority whose CRLs go into a bucket, by its id. Recorded before the authority's record
 * names the bucket; a superfluous note only costs one lookup.
 */
export const crlBucketAuthorities = defineCollection(
  'list-buckets',
  storedObject({ notedAt: z.number() }),
);
export const CRL_BUCKETS_PARTITION = 'ca-list-buckets';

export const crlBucketSchema = storedObject({
  name: z.string(),
  acl: z.enum(['PUBLIC_READ', 'BUCKET_OWNER_FULL_CONTROL']),
});

export type CrlBucket = Readonly<z.infer<typeof crlBucketSchema>>;

/** The configured bucket for CRLs, if any. */
export function crlBucketOf(
  revocation: RevocationConfiguration | undefined,
): CrlBucket | undefined {
  const { Enabled, S3BucketName, S3ObjectAcl } = revocation?.CrlConfiguration ?? {};
  if (Enabled !== true || S3BucketName === undefined) return undefined;
  return { name: S3BucketName, acl: S3ObjectAcl ?? 'PUBLIC_READ' };
}

/**
 * Checks that the configured bucket for CRLs, if any, accepts objects.
 * @throws as requireWritableBucket
 */
export async function requireWritableCrlBucket(
  buckets: Buckets | undefined,
  revocation: RevocationConfiguration | undefined,
): Promise<void> {
  const bucket = crlBucketOf(revocation);
  if (bucket) await requireWritableBucket(buckets, bucket.name, bucket.acl);
}

/**
 * Makes `syncCrlsToBuckets` check the authority. It records the authority even while no buckets are
 * connected, since they may be after the next start.
 */
export async function noteCrlBucket(
  { store, clock }: CaContext,
  authorityId: string,
  revocation: RevocationConfiguration | undefined,
): Promise<void> {
  if (crlBucketOf(revocation) === undefined) return;
  const note = putEntry(crlBucketAuthorities, authorityId, { notedAt: clock() });
  await store.commit(CRL_BUCKETS_PARTITION, [note]);
}
