/**
 * The record store cannot answer now: it cannot be reached, keeps silent longer than a command may take, refuses writes
 * (read-only replica, out of memory, too few replicas have the write) or its disk takes none. Adapters throw it from every call of the
 * port for whatever lies with the store, its server or the way there, and for nothing else: not for a caller's mistake (RangeError),
 * not for a bug.
 *
 * The same call may succeed later, so devices and SDKs are told to come back (HTTP 503). After a commit or an increment it is not known
 * whether the store has written; reading finds out. `message` is for the log: it names no password, and no URL that holds one.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/**
 * The one port to durable state. Two adapters implement it (embedded LMDB, Redis) and one contract suite tests
 * both: test/contract/record-store-contract.ts. Everything above it is written once.
 *
 * A record lives at (partition, collection, key). A partition is one connector, one CA or one index; it is the unit of
 * atomicity and maps to a Redis Cluster hash tag. Names are 1 to 200 printable ASCII characters without ':'
 * for partition and collection, and 1 to 512 printable ASCII characters for keys and counters; values are well-formed
 * Unicode; moments, limits and increments are integers. A call that breaks these rules is rejected with RangeError.
 */
export interface RecordStore {
  /** The record, or undefined when it is absent or expired. */
  get(partition: string, collection: string, key: string): Promise<StoredRecord | undefined>;

  /**
   * Live records of one collection in ascending byte order of their keys, starting after `after` (exclusive, the key
   * need not exist), `limit` at most. A page can be continued with the last key of the page before it,
   * whatever came or went in between.
   */
  list(
    partition: string,
    collection: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<readonly StoredRecord[]>;

  /**
   * Applies all writes of one partition, or none. Every condition is judged against the state before the commit, in which
   * an expired record is absent; a conflict names the first write whose condition did not hold. Two writes to the same
   * record in one commit throw RangeError. When the promise resolves with 'committed' the writes survive a killed process.
   */
  commit(partition: string, writes: readonly Write[]): Promise<CommitResult>;

  /**
   * Adds `by` to a counter and gives its new value. A counter that does not exist or has expired starts from 0 and then
   * expires at `expiresAt` (milliseconds since the epoch); later increments do not move the expiry.
   * Counters live apart from records: `get` and `list` never show them.
   */
  increment(partition: string, counter: string, by: number, expiresAt?: number): Promise<number>;

  /**
   * Where there are records: each collection of each partition once, in no order, counters apart. One that is empty, and
   * one that comes or goes meanwhile, may or may not be among them.
   */
  collections(): AsyncIterable<CollectionPlace>;

  /** Releases the store. No other call may follow or be under way. */
  close(): Promise<void>;
}

export interface CollectionPlace {
  readonly partition: string;
  readonly collection: string;
}

export interface StoredRecord {
  readonly key: string;
  /** What was put, to the character. */
  readonly value: string;
  /**
   * Grows with every put in the partition and is never used twice, so a record deleted and made again differs. It means
   * nothing in another store: records that are moved there get new ones.
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
  /** Milliseconds since the epoch; the record is gone from that moment on. */
  readonly expiresAt?: number;
  readonly condition?: WriteCondition;
}

export interface DeleteWrite {
  readonly kind: 'delete';
  readonly collection: string;
  readonly key: string;
  readonly condition?: WriteCondition;
}

/** 'absent': the record must not exist. A number: it must exist with this version. None: no condition. */
export type WriteCondition = 'absent' | { readonly version: number };

export type CommitResult =
  | { readonly outcome: 'committed' }
  | {
      /** Nothing was written: the condition of this write did not hold. */
      readonly outcome: 'conflict';
      readonly collection: string;
      readonly key: string;
    };
