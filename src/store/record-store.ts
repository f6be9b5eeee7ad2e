/**
 * The record store cannot answer now: it is not reached, does not answer in time, refuses writes
 * (read-only replica, out of memory, too few replicas have the write) or its disk accepts none.
 * Every call of the port throws it for faults of the store, its server or the network, and only for
 * these: not for a caller's mistake (RangeError), not for a bug.
 *
 * The same call may succeed later, so devices and SDKs are asked to retry (HTTP 503). After a
 * commit or an increment it is unknown whether the store has written; reading finds out. `message`
 * is for the log: it names no password, and no URL that holds one.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/**
 * A stored record does not fit its schema: it is damaged, or a later version wrote it. It concerns
 * this record alone, and reading it again does not help. `message` names the record, not its value.
 */
export class UnreadableRecordError extends Error {
  override readonly name = 'UnreadableRecordError';
  readonly partition: string;
  readonly collection: string;
  readonly key: string;

  constructor(place: CollectionPlace & { readonly key: string }, why: string) {
    const { partition, collection, key } = place;
    super(`the stored record ${partition} ${collection} ${key} ${why}`);
    this.partition = partition;
    this.collection = collection;
    this.key = key;
  }
}

/** The place of the store cannot be used. The message names it, and says what is wrong. */
export class UnusableStoreError extends Error {
  override readonly name = 'UnusableStoreError';
}

/**
 * The only port to durable state. Two adapters implement it (embedded LMDB, Redis) and one contract
 * suite tests both: test/contract/record-store-contract.ts.
 *
 * A record lives at (partition, collection, key). A partition is one connector, one CA or one
 * index; it is the unit of atomicity and maps to a Redis Cluster hash tag. Names of partitions and
 * collections are 1 to 200 printable ASCII characters without ':'; keys and names of counters are 1
 * to 512 printable ASCII characters; values are well-formed Unicode; times, limits and increments
 * are integers. A call that breaks these rules is rejected with RangeError.
 */
export interface RecordStore {
  /** The record, or undefined when it is absent or expired. */
  get(partition: string, collection: string, key: string): Promise<StoredRecord | undefined>;

  /**
   * At most `limit` live records of one collection, in ascending byte order of their keys, starting
   * after `after` (exclusive; the key need not exist). The last key of a page starts the next one,
   * whatever was added or removed in between.
   */
  list(
    partition: string,
    collection: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<readonly StoredRecord[]>;

  /**
   * Applies all writes to one partition, or none. Every condition is checked against the state
   * before the commit, in which an expired record is absent; a conflict names the first write whose
   * condition did not hold. Two writes to the same record in one commit throw RangeError. Once the
   * promise resolves with 'committed', the writes survive a killed process.
   */
  commit(partition: string, writes: readonly Write[]): Promise<CommitResult>;

  /**
   * Adds `by` to a counter and returns its new value. A counter that does not exist or has expired
   * starts from 0 and expires at `expiresAt` (milliseconds since the epoch); later increments do
   * not move the expiry. Counters are not records: `get` and `list` never return them.
   */
  increment(partition: string, counter: string, by: number, expiresAt?: number): Promise<number>;

  /**
   * Each collection of each partition that holds records, once, in no order, without counters. An
   * empty collection, and one that is added or removed meanwhile, may or may not appear.
   */
  collections(): AsyncIterable<CollectionPlace>;

  /**
   * Logs a record that a list leaves out, or for whose sake something stays undone.
   * @param consequence what happens without the record
   */
  readonly reportUnreadable?: (record: UnreadableRecordError, consequence: string) => void;

  /** Releases the store. No other call may be under way or follow. */
  close(): Promise<void>;
}

export interface CollectionPlace {
  readonly partition: string;
  readonly collection: string;
}

export interface StoredRecord {
  readonly key: string;
  /** Exactly as it was put. */
  readonly value: string;
  /**
   * Grows with every put in the partition and is never used twice, so a record that was deleted and
   * made again has another. A record that is moved to another store gets a new one.
   */
  readonly version: number;
  /** Milliseconds since the epoch, or undefined when the record does not expire. */
  readonly expiresAt: number | undefined;
}

export type Write = PutWrite | DeleteWrite;

export interface PutWrite {
  readonly kind: 'put';
  readonly collection: string;
  readonly key: string;
  readonly value: string;
  /** Milliseconds since the epoch, from when on the record is absent. */
  readonly expiresAt?: number;
  readonly condition?: WriteCondition;
}

export interface DeleteWrite {
  readonly kind: 'delete';
  readonly collection: string;
  readonly key: string;
  readonly condition?: WriteCondition;
}

/** 'absent': the record must not exist. `version`: it must exist with this version. */
export type WriteCondition = 'absent' | { readonly version: number };

export type CommitResult =
  | { readonly outcome: 'committed' }
  | {
      /** Nothing was written: the condition of this write did not hold. */
      readonly outcome: 'conflict';
      readonly collection: string;
      readonly key: string;
    };
