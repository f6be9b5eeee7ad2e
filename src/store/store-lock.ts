import { type RecordStore, StoreUnavailableError } from './record-store.ts';

/** Refuses all calls to a store until a check has found that the store may be used. */
export interface StoreLock {
  /**
   * Wraps the store; call it once. Until the lock is open, every call to the wrapped store is
   * rejected with StoreUnavailableError.
   */
  guard(store: RecordStore): RecordStore;
  /**
   * Runs `check` on the store behind the lock. Unless it throws, the lock stays open from then on.
   */
  unlock(check: (store: RecordStore) => Promise<void>): Promise<void>;
}

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
