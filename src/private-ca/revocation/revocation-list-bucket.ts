import { z } from 'zod';
import { defineCollection, putEntry } from '../../store/collection.ts';
import type { Buckets } from '../buckets/object-store.ts';
import { requireWritableBucket } from '../buckets/require-writable-bucket.ts';
import type { CaContext } from '../model/ca-context.ts';
import type { RevocationConfiguration } from '../model/revocation-configuration.ts';

/** Every authority whose CRLs have a bucket, by its id, noted before its record says so: one too many costs a look. */
export const listBucketAuthorities = defineCollection(
  'list-buckets',
  z.strictObject({ notedAt: z.number() }),
);
export const LIST_BUCKETS_PARTITION = 'ca-list-buckets';

export const listBucketSchema = z.strictObject({
  name: z.string(),
  acl: z.enum(['PUBLIC_READ', 'BUCKET_OWNER_FULL_CONTROL']),
});

export type ListBucket = Readonly<z.infer<typeof listBucketSchema>>;

/** The bucket that the CRLs go into, as configured. Undefined for none. */
export function listBucketOf(
  revocation: RevocationConfiguration | undefined,
): ListBucket | undefined {
  const { Enabled, S3BucketName, S3ObjectAcl } = revocation?.CrlConfiguration ?? {};
  if (Enabled !== true || S3BucketName === undefined) return undefined;
  return { name: S3BucketName, acl: S3ObjectAcl ?? 'PUBLIC_READ' };
}

/**
 * Checks that the bucket for CRLs, if there is to be one, takes objects.
 * @throws as requireWritableBucket
 */
export async function requireWritableListBucket(
  buckets: Buckets | undefined,
  revocation: RevocationConfiguration | undefined,
): Promise<void> {
  const bucket = listBucketOf(revocation);
  if (bucket) await requireWritableBucket(buckets, bucket.name, bucket.acl);
}

/** Has `putRevocationLists` look at the authority. Also without buckets now: there may be some after the next start. */
export async function noteListBucket(
  { store, clock }: CaContext,
  authorityId: string,
  revocation: RevocationConfiguration | undefined,
): Promise<void> {
  if (listBucketOf(revocation) === undefined) return;
  const note = putEntry(listBucketAuthorities, authorityId, { notedAt: clock() });
  await store.commit(LIST_BUCKETS_PARTITION, [note]);
}
