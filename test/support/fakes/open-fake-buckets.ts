import { text } from 'node:stream/consumers';
import type {
  BucketError,
  Buckets,
  PublishedFile,
} from '../../../src/private-ca/buckets/object-store.ts';

/** Buckets in memory; files by bucket/key. */
export function openFakeBuckets() {
  const files = new Map<string, string | PublishedFile>();
  const fake = {
    buckets: {} as Buckets,
    files,
    /** The error of a put under a key, if it is to fail. */
    fail: (_key: string, _bucket: string): BucketError | undefined => undefined,
    /** Whether the bucket supports conditional writes. */
    isConditional: true,
    /** Runs while a file is being uploaded. */
    onItsWay: (_path: string): Promise<void> => Promise.resolve(),
    textOf: (path: string) => String(files.get(path)),
  };
  const put = (bucket: string, key: string, file: string | PublishedFile) => {
    const error = fake.fail(key, bucket);
    if (error !== undefined) throw error;
    files.set(`${bucket}/${key}`, file);
  };
  fake.buckets = {
    put: async (bucket, key, pieces) => put(bucket, key, await text(pieces)),
    get: async (bucket, key) => Promise.resolve(files.get(`${bucket}/${key}`)?.toString()),
    publish: async (bucket, key, file) => {
      await Promise.resolve();
      put(bucket, key, file);
    },
    async publishLatest(bucket, key, latest) {
      const path = `${bucket}/${key}`;
      for (;;) {
        const seen = files.get(path);
        const file = await latest();
        if (isSame(seen, file)) return;
        // The test may do anything here, while the upload is under way.
        await fake.onItsWay(path);
        if (fake.isConditional && files.get(path) !== seen) continue;
        put(bucket, key, file);
        return;
      }
    },
    publicUrl: (bucket) => `http://${bucket}.s3.eu-central-1.amazonaws.com`,
  };
  return fake;
}

function isSame(seen: string | PublishedFile | undefined, file: PublishedFile): boolean {
  if (typeof seen !== 'object' || seen.acl !== file.acl) return false;
  return Buffer.compare(seen.content, file.content) === 0;
}
