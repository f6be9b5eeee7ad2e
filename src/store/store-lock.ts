import { type RecordStore, StoreUnavailableError } from './record-store.ts';

/** Refuses all calls to a store until a check has found that the store may be used. */
export interface StoreLock {
  /**
   * Wraps the store; call it once. Until the lock is open, every call to the wrapped store is
   * rejected with StoreUnavailableError.
   */
  guard(store: RecordStore): RecordStore;
  /**
   * Runs `check` on the store behind the lock, which is open after it, unless it throws.
   */
  unlock<T>(check: (store: RecordStore) => Promise<T>): Promise<T>;
  /** Refuses all calls until the next `unlock`. @param reason for the log */
  shut(reason: string): void;
  /** Refuses all calls for good. @param reason for the log */
  close(reason: string): void;
}

export function createStoreLock(): StoreLock {
  let behind: RecordStore | undefined;
  let isClosed = false;
  let refusal: string | undefined = 'the store has not been reached since the server started';
  return {
    guard(store) {
      behind = store;
      return refuseWhile(() => refusal, store);
    },
    async unlock(check) {
      if (behind === undefined) throw new RangeError('there is no store behind the lock');
      const found = await check(behind);
      if (!isClosed) refusal = undefined;
      return found;
    },
    shut(reason) {
      if (!isClosed) refusal = reason;
    },
    close(reason) {
      isClosed = true;
      refusal = reason;
    },
  };
}

function refuseWhile(refusal: () => string | undefined, store: RecordStore): RecordStore {
  const pass = () => {
    const reason = refusal();
    if (reason !== undefined) throw new StoreUnavailableError(reason);
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
