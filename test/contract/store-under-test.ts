import type { DeleteWrite, PutWrite, RecordStore } from '../../src/store/record-store.ts';

/** One store of the adapter under test, empty at first. */
export interface StoreUnderTest {
  /** The open store; another object after `reopen`. */
  readonly store: RecordStore;
  /** The store's clock, in milliseconds since the epoch. */
  now(): number;
  /** Moves the clock forward, or waits when the clock cannot be moved. */
  advance(milliseconds: number): Promise<void>;
  /** Closes the store and opens it again with the same state. */
  reopen(): Promise<void>;
  /** Closes the store and removes its state. */
  destroy(): Promise<void>;
}

/**
 * A store on a clock that the tests move.
 * @param open opens the store, also again after it has been closed
 * @param removeState is called after the last close
 */
export async function openStoreUnderTest(
  open: (clock: () => number) => Promise<RecordStore> | RecordStore,
  removeState: () => Promise<void> = () => Promise.resolve(),
): Promise<StoreUnderTest> {
  let now = 1_700_000_000_000;
  const openAgain = () => open(() => now);
  let store = await openAgain();
  return {
    get store() {
      return store;
    },
    now: () => now,
    advance: async (milliseconds) => {
      now += milliseconds;
    },
    reopen: async () => {
      await store.close();
      store = await openAgain();
    },
    destroy: async () => {
      await store.close();
      await removeState();
    },
  };
}

export const COMMITTED = { outcome: 'committed' };
export const ALL = { limit: 1_000 };

/** A put into the collection that most tests use. */
export function put(
  key: string,
  value: string,
  options: Pick<PutWrite, 'condition' | 'expiresAt'> = {},
): PutWrite {
  return { kind: 'put', collection: 'c', key, value, ...options };
}

export function remove(key: string): DeleteWrite {
  return { kind: 'delete', collection: 'c', key };
}

export async function keysIn(
  store: RecordStore,
  partition: string,
  collection: string,
  page: { readonly after?: string; readonly limit: number } = ALL,
): Promise<string[]> {
  return (await store.list(partition, collection, page)).map(({ key }) => key);
}

export async function versionOf(store: RecordStore, key: string): Promise<number> {
  const record = await store.get('p', 'c', key);
  if (!record) throw new Error(`${key} is absent`);
  return record.version;
}
