import type { RecordStore, Write } from './record-store.ts';

const NAME = /^[\x20-\x39\x3b-\x7e]{1,200}$/;
const KEY = /^[\x20-\x7e]{1,512}$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Rejects calls that break the port's rules for arguments with RangeError, for every adapter. */
export function validateCalls(store: RecordStore): RecordStore {
  return {
    async get(partition, collection, key) {
      checkName('partition', partition);
      checkName('collection', collection);
      checkKey('key', key);
      return store.get(partition, collection, key);
    },
    async list(partition, collection, page) {
      checkName('partition', partition);
      checkName('collection', collection);
      if (page.after !== undefined) checkKey('after', page.after);
      if (page.limit < 1) throw new RangeError('limit must be a positive integer');
      checkInteger('limit', page.limit);
      return store.list(partition, collection, page);
    },
    async commit(partition, writes) {
      checkName('partition', partition);
      writes.forEach(checkWrite);
      checkDistinct(writes);
      return store.commit(partition, writes);
    },
    async increment(partition, counter, by, expiresAt) {
      checkName('partition', partition);
      checkKey('counter', counter);
      checkInteger('by', by);
      checkMoment(expiresAt);
      return store.increment(partition, counter, by, expiresAt);
    },
    collections: () => store.collections(),
    close: () => store.close(),
  };
}

function checkWrite(write: Write): void {
  checkName('collection', write.collection);
  checkKey('key', write.key);
  if (write.kind === 'delete') return;
  checkMoment(write.expiresAt);
  // Every adapter stores UTF-8, which would turn lone surrogates into replacement characters.
  if (LONE_SURROGATE.test(write.value)) throw new RangeError('value is not well-formed Unicode');
}

function checkDistinct(writes: readonly Write[]): void {
  const records = new Set(writes.map(({ collection, key }) => `${collection}:${key}`));
  if (records.size < writes.length) throw new RangeError('two writes to one record in a commit');
}

function checkName(what: string, name: string): void {
  if (!NAME.test(name))
    throw new RangeError(`${what} must be 1 to 200 printable ASCII characters without ':'`);
}

/** Whether a record can have this key. */
export function isRecordKey(key: string): boolean {
  return KEY.test(key);
}

function checkKey(what: string, key: string): void {
  if (!isRecordKey(key))
    throw new RangeError(`${what} must be 1 to 512 printable ASCII characters`);
}

function checkMoment(expiresAt: number | undefined): void {
  if (expiresAt === undefined) return;
  if (expiresAt < 0) throw new RangeError('expiresAt must not be negative');
  checkInteger('expiresAt', expiresAt);
}

function checkInteger(what: string, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${what} must be an integer`);
}
