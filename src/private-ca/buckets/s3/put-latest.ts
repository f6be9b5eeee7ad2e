import { createHash } from 'node:crypto';
import {
  HeadObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { BucketError, type PublishedFile } from '../object-store.ts';
import { explainS3Error } from './explain-s3-error.ts';

interface FileInput extends Pick<PutObjectCommandInput, 'ACL' | 'ContentType'> {
  readonly Body: Uint8Array;
}

/** The state of the bucket: an object, nothing, or no permission to look. */
type Seen =
  | { readonly kind: 'object'; readonly tag: string; readonly digest: string | undefined }
  | { readonly kind: 'absent' | 'hidden' };

/** More than the processes that could write at the same time. */
const ATTEMPTS = 10;

/** Statuses of S3 implementations that reject conditions. Others ignore them. */
const UNKNOWN_CONDITION = [400, 501];

/**
 * 'refused': the object is not what the condition says. 'met': another writer is active, or the
 * object is gone.
 */
type Outcome = 'put' | 'refused' | 'met';

/**
 * Puts the file of `latest` on condition that the object has not changed since it was looked at,
 * and starts over when it has ("conditional writes" in the Amazon S3 user guide). Puts nothing when
 * the object is already the same.
 * @param latest returns a file at least as new as any that was put before the call
 * @throws BucketError, and what `latest` throws
 */
export async function putLatest(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
  latest: () => Promise<PublishedFile>,
  describe: (file: PublishedFile) => FileInput,
): Promise<void> {
  let refused: Seen | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const seen = await look(client, place);
    const file = describe(await latest());
    const digest = digestOf(file);
    if (seen.kind === 'object' && seen.digest === digest) return;
    // The object is still as the refused condition said: this S3 does not support conditions.
    const condition = isSame(seen, refused) ? {} : conditionOf(seen);
    const outcome = await putOn(client, { ...place, ...file, Metadata: { digest } }, condition);
    if (outcome === 'put') return;
    refused = outcome === 'refused' ? seen : undefined;
  }
  throw new BucketError('unavailable', `S3: other writers keep replacing ${place.Key}`);
}

function digestOf({ Body, ContentType, ACL }: FileInput): string {
  return createHash('sha256').update(`${ContentType} ${ACL} `).update(Body).digest('hex');
}

/** @throws BucketError */
async function look(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
): Promise<Seen> {
  try {
    const { ETag, Metadata } = await client.send(new HeadObjectCommand(place));
    if (ETag === undefined) return { kind: 'hidden' };
    return { kind: 'object', tag: ETag, digest: Metadata?.['digest'] };
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return { kind: 'absent' };
    if (status === 403) return { kind: 'hidden' };
    return explainS3Error(error);
  }
}

function conditionOf(seen: Seen): Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch'> {
  if (seen.kind === 'object') return { IfMatch: seen.tag };
  return seen.kind === 'absent' ? { IfNoneMatch: '*' } : {};
}

function isSame(seen: Seen, other: Seen | undefined): boolean {
  if (seen.kind !== other?.kind) return false;
  return seen.kind !== 'object' || (other.kind === 'object' && seen.tag === other.tag);
}

/** @throws BucketError */
async function putOn(
  client: S3Client,
  object: PutObjectCommandInput,
  condition: ReturnType<typeof conditionOf>,
): Promise<Outcome> {
  try {
    await client.send(new PutObjectCommand({ ...object, ...condition }));
    return 'put';
  } catch (error) {
    const isConditional = Object.keys(condition).length > 0;
    const status = isConditional ? statusOf(error) : undefined;
    if (status === 412) return 'refused';
    if (status === 409 || (status === 404 && error instanceof NoSuchKey)) return 'met';
    if (!UNKNOWN_CONDITION.includes(status ?? 0)) return explainS3Error(error);
    return putOn(client, object, {});
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
