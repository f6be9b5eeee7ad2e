import { z } from 'zod';
import { defineCollection, getEntry, putEntry } from '../../store/collection.ts';
import type { RecordStore } from '../../store/record-store.ts';

/**
 * Where reports are put: buckets of objects, as in S3. An object is there whole or not at all; to
 * put it again replaces it. Buckets and keys are printable ASCII without ':', 63 and 400 characters
 * at most.
 */
export interface ObjectStore {
  /** Takes the text piece by piece. */
  put(bucket: string, key: string, pieces: AsyncIterable<string>): Promise<void>;
  /** Undefined when there is none. */
  get(bucket: string, key: string): Promise<string | undefined>;
}

/**
 * An ObjectStore whose buckets are somebody else's, in S3. Whatever it does throws BucketError when
 * it fails.
 */
export interface Buckets extends ObjectStore {
  /** Puts a file that relying parties fetch, whatever is there. */
  publish(bucket: string, key: string, file: PublishedFile): Promise<void>;
  /**
   * Puts what `latest` gives, unless it is there already. `latest` is asked after a look at what is
   * there, and what somebody has put since that look is not replaced: then both are done again. So
   * a call that was held up, for however long, does not replace what another has put meanwhile.
   * Only in buckets that know no conditional writes, or that may not be looked into, what comes
   * last stays.
   * @param latest gives a file at least as new as any that was put before it was asked
   */
  publishLatest(bucket: string, key: string, latest: () => Promise<PublishedFile>): Promise<void>;
  /**
   * Where anybody may fetch what is in the bucket, without a slash at the end; undefined where that
   * is not known.
   */
  publicUrl(bucket: string): string | undefined;
}

export interface PublishedFile {
  readonly content: Uint8Array;
  readonly contentType: string;
  readonly acl: 'PUBLIC_READ' | 'BUCKET_OWNER_FULL_CONTROL';
}

/**
 * 'refused': the bucket is not there or takes nothing from this server, and trying again does not
 * help. 'unavailable': something is out of order for now.
 */
export type BucketErrorKind = 'refused' | 'unavailable';

export class BucketError extends Error {
  override readonly name = 'BucketError';
  readonly kind: BucketErrorKind;

  /** @param message for the log, without secrets */
  constructor(kind: BucketErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** An object that is whole, by its key: how many parts it has. */
const objects = defineCollection('objects', z.strictObject({ parts: z.number() }));
/** By key and number. */
const objectParts = defineCollection('object-parts', z.string());

/** Characters of a part. */
const PART = 256 * 1024;

/** Buckets that are kept in the record store, a partition each. */
export function createRecordObjectStore(store: RecordStore): ObjectStore {
  return {
    async put(bucket, key, pieces) {
      const partition = partitionOf(bucket);
      let parts = 0;
      for await (const part of inParts(pieces)) {
        await store.commit(partition, [putEntry(objectParts, partKey(key, parts), part)]);
        parts += 1;
      }
      await store.commit(partition, [putEntry(objects, key, { parts })]);
    },
    async get(bucket, key) {
      const partition = partitionOf(bucket);
      const object = await getEntry(store, partition, objects, key);
      if (object === undefined) return undefined;
      const texts: string[] = [];
      for (let number = 0; number < object.value.parts; number += 1) {
        const part = await getEntry(store, partition, objectParts, partKey(key, number));
        if (part === undefined) throw new Error(`the object ${key} has lost its part ${number}`);
        texts.push(part.value);
      }
      return texts.join('');
    },
  };
}

function partitionOf(bucket: string): string {
  return `bucket-${bucket}`;
}

function partKey(key: string, number: number): string {
  return `${key}/part-${String(number).padStart(6, '0')}`;
}

async function* inParts(pieces: AsyncIterable<string>): AsyncIterable<string> {
  let pending: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    pending.push(piece);
    length += piece.length;
    if (length < PART) continue;
    yield pending.join('');
    pending = [];
    length = 0;
  }
  if (length > 0) yield pending.join('');
}
