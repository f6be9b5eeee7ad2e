import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { BucketError, type Buckets, type PublishedFile } from '../object-store.ts';
import { explainS3Error } from './explain-s3-error.ts';
import { putInParts } from './put-in-parts.ts';
import { putLatest } from './put-latest.ts';

export interface S3Settings {
  /** Of the buckets; that of the environment of AWS SDKs when it is undefined. */
  readonly region?: string | undefined;
  /** Of another implementation of S3. */
  readonly endpoint?: string | undefined;
  readonly forcePathStyle?: boolean | undefined;
}

/** Milliseconds. A call of the API waits for two attempts. */
const CONNECT_WITHIN = 3_000;
const ANSWER_WITHIN = 15_000;

const ACLS = {
  PUBLIC_READ: 'public-read',
  BUCKET_OWNER_FULL_CONTROL: 'bucket-owner-full-control',
} as const satisfies Record<PublishedFile['acl'], string>;

/**
 * Buckets in Amazon S3, or in what speaks its protocol. Credentials come from the default chain of
 * AWS SDKs, when the first is needed.
 * @throws BucketError 'refused' without a region
 */
export async function openS3Buckets(
  settings: S3Settings,
  changes: S3ClientConfig = {},
): Promise<Buckets> {
  const client = new S3Client({ ...clientConfig(settings), ...changes });
  const region = await client.config.region().catch(() => {
    throw new BucketError('refused', 'region is required, as AWS_REGION does not say it either');
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
  // Other implementations do not look at the region of a signature.
  const signedFor = region ?? (endpoint === undefined ? undefined : 'us-east-1');
  return {
    ...(signedFor === undefined ? {} : { region: signedFor }),
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: forcePathStyle ?? false,
    // The signature covers the content anyway, and not all implementations know the checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: CONNECT_WITHIN,
      requestTimeout: ANSWER_WITHIN,
      socketTimeout: ANSWER_WITHIN,
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

/** The forms of the AWS Private CA user guide, "CRL structure": http, for a CRL is signed. */
function publicUrlOf(
  { endpoint, forcePathStyle }: S3Settings,
  region: string,
  bucket: string,
): string | undefined {
  // Where others reach another implementation is not known.
  if (endpoint !== undefined) return undefined;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return forcePathStyle
    ? `http://s3.${region}.${domain}/${bucket}`
    : `http://${bucket}.s3.${region}.${domain}`;
}
