import { type RecordStore, StoreUnavailableError } from './record-store.ts';

/** Keeps everybody from a store until somebody has looked whether it may be used. */
export interface StoreLock {
  /** The store as everybody is to see it: until the lock is open, every call is rejected with StoreUnavailableError. Once only. */
  guard(store: RecordStore): RecordStore;
  /** Lets `check` look at the store behind the lock, and opens it for good unless that throws. */
  unlock(check: (store: RecordStore) => Promise<void>): Promise<void>;
}

/** Locked at first. */
export function createStoreLock(): StoreLock {
  let behind: RecordStore | undefined;
  let isOpen = false;
  return {
    guard(store) {
      behind = store;
      return refuseWhile(() => !isOpen, store);
    },
    async unlock(check) {
      if (behind === undefined) throw new RangeError('there is no store behind the lock');
      await check(behind);
      isOpen = true;
    },
  };
}

function refuseWhile(isLocked: () => boolean, store: RecordStore): RecordStore {
  const pass = () => {
    if (isLocked()) {
      throw new StoreUnavailableError('the store has not been reached since the server started');
    }
    return store;
  };
  return {
    get: async (...args) => pass().get(...args),
    list: async (...args) => pass().list(...args),
    commit: async (...args) => pass().commit(...args),
    increment: async (...args) => pass().increment(...args),
    async *collections() {
      yield* pass().collections();
    },
    close: () => store.close(),
  };
}
