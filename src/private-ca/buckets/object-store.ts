import { z } from 'zod';
import { defineCollection, getEntry, putEntry, storedObject } from '../../store/collection.ts';
import type { RecordStore } from '../../store/record-store.ts';

/**
 * Buckets of objects, as in S3, where reports are put. An object is stored whole or not at all, and
 * a new put replaces it. Buckets are printable ASCII without ':' of at most 63 characters, keys of
 * at most 400.
 */
export interface ObjectStore {
  /** Stores the text, which arrives in pieces. */
  put(bucket: string, key: string, pieces: AsyncIterable<string>): Promise<void>;
  /** Undefined when the object does not exist. */
  get(bucket: string, key: string): Promise<string | undefined>;
}

/**
 * An ObjectStore in S3, with buckets that others own. Every method throws BucketError when it
 * fails.
 */
export interface Buckets extends ObjectStore {
  /** Puts a file for relying parties, replacing any that is there. */
  publish(bucket: string, key: string, file: PublishedFile): Promise<void>;
  /**
   * Puts the file of `latest`, unless it is there already. The bucket is read first, then `latest`
   * is called. If the object has changed since it was read, both steps are repeated; so a call that
   * was delayed, however long, never replaces a newer file. In buckets without conditional writes,
   * or that may not be read, the last write wins.
   * @param latest returns a file at least as new as any that was put before the call
   */
  publishLatest(bucket: string, key: string, latest: () => Promise<PublishedFile>): Promise<void>;
  /**
   * The public URL of the bucket's content, without a slash at the end; undefined when it is not
   * known.
   */
  publicUrl(bucket: string): string | undefined;
}

export interface PublishedFile {
  readonly content: Uint8Array;
  readonly contentType: string;
  readonly acl: 'PUBLIC_READ' | 'BUCKET_OWNER_FULL_CONTROL';
}

/**
 * 'refused': the bucket does not exist or takes nothing from this server; trying again does not
 * help. 'unavailable': the failure may pass.
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

/** Number of parts of each complete object, by its key. */
const objects = defineCollection('objects', storedObject({ parts: z.number() }));
/** By key and part number. */
const objectParts = defineCollection('object-parts', z.string());

const PART_CHARACTERS = 256 * 1024;

/** Buckets in the record store, one partition each. */
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
        if (part === undefined) throw new Error(`the object ${key} lacks its part ${number}`);
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
    if (length < PART_CHARACTERS) continue;
    yield pending.join('');
    pending = [];
    length = 0;
  }
  if (length > 0) yield pending.join('');
}
