import { text } from 'node:stream/consumers';
import type { BucketError, Buckets, PublishedFile } from '../../src/private-ca/object-store.ts';

/** Buckets in memory, by bucket/key. */
export function openFakeBuckets() {
  const files = new Map<string, string | PublishedFile>();
  const fake = {
    buckets: {} as Buckets,
    files,
    /** What putting under a key fails with. */
    fail: (_key: string): BucketError | undefined => undefined,
    textOf: (path: string) => String(files.get(path)),
  };
  const put = (bucket: string, key: string, file: string | PublishedFile) => {
    const error = fake.fail(key);
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
    publicUrl: (bucket) => `http://${bucket}.s3.eu-central-1.amazonaws.com`,
  };
  return fake;
}
