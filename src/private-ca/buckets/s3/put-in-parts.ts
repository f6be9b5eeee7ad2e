import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { explainS3Error } from './explain-s3-error.ts';

interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

interface Upload extends Place {
  readonly UploadId: string | undefined;
}

/** The least that S3 accepts for a part, except for the last. At most 10,000 parts: 50 GB. */
const PART_OCTETS = 5 * 1024 * 1024;

/**
 * Puts a text that arrives in pieces, and holds no more than one part and one piece in memory. The
 * bucket's owner owns the object. A failed put leaves no object, and no parts either if S3 still
 * answers.
 * @throws BucketError, and what `pieces` throw
 */
export async function putInParts(
  client: S3Client,
  place: Place,
  pieces: AsyncIterable<string>,
): Promise<void> {
  const owned = { ...place, ACL: 'bucket-owner-full-control' } as const;
  let upload: Upload | undefined;
  const tags: (string | undefined)[] = [];
  try {
    for await (const { content, isLast } of partsOf(pieces)) {
      if (isLast && upload === undefined) {
        const whole = new PutObjectCommand({ ...owned, Body: content });
        await client.send(whole).catch(explainS3Error);
        return;
      }
      upload ??= { ...place, ...(await begin(client, owned)) };
      tags.push(await putPart(client, upload, tags.length + 1, content));
    }
    if (upload !== undefined) await complete(client, upload, tags);
  } catch (error) {
    // The first failure is the one to report. The bucket's lifecycle rules remove parts that stay.
    await (upload && client.send(new AbortMultipartUploadCommand(upload)))?.catch(() => undefined);
    throw error;
  }
}

async function begin(
  client: S3Client,
  object: Place & { readonly ACL: 'bucket-owner-full-control' },
): Promise<{ readonly UploadId: string | undefined }> {
  const { UploadId } = await client
    .send(new CreateMultipartUploadCommand(object))
    .catch(explainS3Error);
  return { UploadId };
}

async function putPart(
  client: S3Client,
  upload: Upload,
  PartNumber: number,
  Body: Uint8Array,
): Promise<string | undefined> {
  const part = new UploadPartCommand({ ...upload, PartNumber, Body });
  const { ETag } = await client.send(part).catch(explainS3Error);
  return ETag;
}

async function complete(
  client: S3Client,
  upload: Upload,
  tags: readonly (string | undefined)[],
): Promise<void> {
  const Parts = tags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
  const all = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
  await client.send(all).catch(explainS3Error);
}

/** The last part may be shorter; it is empty only when the whole text is. */
async function* partsOf(
  pieces: AsyncIterable<string>,
): AsyncIterable<{ readonly content: Uint8Array; readonly isLast: boolean }> {
  let pending: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    if (length >= PART_OCTETS) {
      yield { content: Buffer.concat(pending), isLast: false };
      pending = [];
      length = 0;
    }
    const octets = Buffer.from(piece);
    pending.push(octets);
    length += octets.length;
  }
  yield { content: Buffer.concat(pending), isLast: true };
}
