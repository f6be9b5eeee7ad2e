import { z } from 'zod';
import { omitUndefined } from '../omit-undefined.ts';
import { createDecodedTexts, type DecodedTexts } from './decoded-texts.ts';
import {
  type DeleteWrite,
  type PutWrite,
  type RecordStore,
  type StoredRecord,
  UnreadableRecordError,
  type WriteCondition,
} from './record-store.ts';
import { isRecordKey } from './validate-calls.ts';

/** One kind of record: its collection name, and the schema that its values must fit. */
export interface Collection<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
  readonly decoded: DecodedTexts<T>;
}

/** A record whose value has been decoded by the collection's schema. */
export interface Entry<T> {
  readonly key: string;
  readonly value: T;
  /** As in StoredRecord; a write that builds on this value names it as its condition. */
  readonly version: number;
  /** Milliseconds since the epoch, or undefined when the record does not expire. */
  readonly expiresAt: number | undefined;
}

export interface PutOptions {
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  readonly condition?: WriteCondition;
}

/** Bytes: base64 text in the stored JSON, Uint8Array in memory. */
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
export const base64Bytes = z.codec(z.base64(), bytes, {
  decode: (text) => Uint8Array.from(Buffer.from(text, 'base64')),
  encode: (bytes) => Buffer.from(bytes).toString('base64'),
});

/**
 * The schema of an object in a record. Members that a later version added pass through, so that a
 * rewrite by this version keeps them. The type does not show them.
 */
export function storedObject<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape> {
  return z.object(shape).loose() as unknown as z.ZodObject<Shape>;
}

/** `schema` may hold codecs such as `base64Bytes`, but no one-way transforms: it also encodes. */
export function defineCollection<T>(name: string, schema: z.ZodType<T>): Collection<T> {
  return { name, schema, decoded: createDecodedTexts() };
}

/**
 * The entry, or undefined when it is absent or expired. A key made of outside octets may be one
 * that no record can have, such as an empty one.
 * @throws UnreadableRecordError
 */
export async function getEntry<T>(
  store: RecordStore,
  partition: string,
  collection: Collection<T>,
  key: string,
): Promise<Entry<T> | undefined> {
  if (!isRecordKey(key)) return undefined;
  const record = await store.get(partition, collection.name, key);
  return record && readRecord(partition, collection, record);
}

/**
 * A page of live entries in ascending byte order of their keys, as `RecordStore.list`. It is for
 * those who need every entry or none; `listReadable` leaves out what cannot be read.
 * @throws UnreadableRecordError
 */
export async function listEntries<T>(
  store: RecordStore,
  partition: string,
  collection: Collection<T>,
  page: { readonly after?: string; readonly limit: number },
): Promise<readonly Entry<T>[]> {
  const records = await store.list(partition, collection.name, page);
  return records.map((record) => readRecord(partition, collection, record));
}

/**
 * The write that stores `value`, for `RecordStore.commit`.
 * @throws Error when the value does not fit the schema; it names the record, not the value
 */
export function putEntry<T>(
  collection: Collection<T>,
  key: string,
  value: T,
  options: PutOptions = {},
): PutWrite {
  const encoded = z.safeEncode(collection.schema, value);
  if (!encoded.success)
    throw new Error(`the value for ${collection.name} ${key} ${misfit(encoded.error)}`);
  const text = JSON.stringify(encoded.data);
  return { kind: 'put', collection: collection.name, key, value: text, ...options };
}

/**
 * The write that replaces an entry that was read. The commit fails when the entry has changed
 * since. The expiry stays.
 * @throws Error as `putEntry`
 */
export function replaceEntry<T>(
  collection: Collection<T>,
  { key, version, expiresAt }: Omit<Entry<unknown>, 'value'>,
  value: T,
): PutWrite {
  return putEntry(collection, key, value, {
    condition: { version },
    ...omitUndefined({ expiresAt }),
  });
}

/** The write that removes an entry, for `RecordStore.commit`. */
export function deleteEntry<T>(
  collection: Collection<T>,
  key: string,
  condition?: WriteCondition,
): DeleteWrite {
  return { kind: 'delete', collection: collection.name, key, ...omitUndefined({ condition }) };
}

/** @throws UnreadableRecordError */
export function readRecord<T>(
  partition: string,
  collection: Collection<T>,
  { key, value, version, expiresAt }: StoredRecord,
): Entry<T> {
  const known = collection.decoded.get(value);
  if (known !== undefined) return { key, value: known, version, expiresAt };
  const decoded = collection.schema.safeDecode(parseJson(value));
  if (!decoded.success) {
    const place = { partition, collection: collection.name, key };
    throw new UnreadableRecordError(place, misfit(decoded.error));
  }
  collection.decoded.remember(value, decoded.data);
  return { key, value: decoded.data, version, expiresAt };
}

/**
 * Undefined, which fits no schema, for text that is not JSON: the parser's error quotes the text.
 */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Names paths and codes only, because a message of zod could quote the value. */
function misfit(error: z.ZodError): string {
  const issues = error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${issue.code}`);
  return `does not fit its schema (${issues.join(', ')})`;
}
