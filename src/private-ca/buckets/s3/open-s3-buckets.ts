import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { SECOND_MS } from '../../../durations.ts';
import { omitUndefined } from '../../../omit-undefined.ts';
import { BucketError, type Buckets, type PublishedFile } from '../object-store.ts';
import { explainS3Error } from './explain-s3-error.ts';
import { putInParts } from './put-in-parts.ts';
import { putLatest } from './put-latest.ts';

export interface S3Settings {
  /** The region of the buckets; by default the one that the environment gives to AWS SDKs. */
  readonly region?: string | undefined;
  /** The endpoint of another S3 implementation. */
  readonly endpoint?: string | undefined;
  readonly forcePathStyle?: boolean | undefined;
}

/** A call of the API waits for two attempts. */
const CONNECT_TIMEOUT_MS = 3 * SECOND_MS;
const ANSWER_TIMEOUT_MS = 15 * SECOND_MS;

const ACLS = {
  PUBLIC_READ: 'public-read',
  BUCKET_OWNER_FULL_CONTROL: 'bucket-owner-full-control',
} as const satisfies Record<PublishedFile['acl'], string>;

/**
 * Buckets in Amazon S3 or a compatible service. Credentials come from the default chain of the AWS
 * SDKs, on first use.
 * @throws BucketError 'refused' without a region
 */
export async function openS3Buckets(
  settings: S3Settings,
  changes: S3ClientConfig = {},
): Promise<Buckets> {
  const client = new S3Client({ ...clientConfig(settings), ...changes });
  const region = await client.config.region().catch(() => {
    throw new BucketError('refused', 'region is required unless AWS_REGION is set');
  });
  return {
    put: (bucket, key, pieces) => putInParts(client, { Bucket: bucket, Key: key }, pieces),
    get: (bucket, key) => getText(client, bucket, key).catch(explainS3Error),
    async publish(bucket, key, file) {
      const object = { Bucket: bucket, Key: key, ...describeFile(file) };
      await client.send(new PutObjectCommand(object)).catch(explainS3Error);
    },
    publishLatest: (bucket, key, latest) =>
      putLatest(client, { Bucket: bucket, Key: key }, latest, describeFile),
    publicUrl: (bucket) => publicUrlOf(settings, region, bucket),
  };
}

function describeFile({ content, contentType, acl }: PublishedFile) {
  return { Body: content, ContentType: contentType, ACL: ACLS[acl] };
}

function clientConfig({ region, endpoint, forcePathStyle }: S3Settings): S3ClientConfig {
  // Other implementations ignore the region in a signature.
  const signedFor = region ?? (endpoint === undefined ? undefined : 'us-east-1');
  return {
    ...omitUndefined({ region: signedFor, endpoint }),
    forcePathStyle: forcePathStyle ?? false,
    // The signature covers the content anyway, and not all implementations support checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: ANSWER_TIMEOUT_MS,
      socketTimeout: ANSWER_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
}

async function getText(client: S3Client, bucket: string, key: string): Promise<string | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await Body?.transformToString();
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

/**
 * The forms of the AWS Private CA user guide, "CRL structure". Plain http suffices, because a CRL
 * is signed.
 */
function publicUrlOf(
  { endpoint, forcePathStyle }: S3Settings,
  region: string,
  bucket: string,
): string | undefined {
  // The public address of another implementation is unknown.
  if (endpoint !== undefined) return undefined;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return forcePathStyle
    ? `http://s3.${region}.${domain}/${bucket}`
    : `http://${bucket}.s3.${region}.${domain}`;
}
