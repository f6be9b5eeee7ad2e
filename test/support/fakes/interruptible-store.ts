import { type RecordStore, StoreUnavailableError } from '../../../src/store/record-store.ts';

export interface InterruptibleStore extends RecordStore {
  /** Away: every call is rejected as an adapter would reject it. Silent: no call is answered. */
  state: 'there' | 'away' | 'silent';
  /** The number of calls so far, including unanswered ones. */
  calls: number;
  /** The store goes away after this many calls. */
  leavesAfter: number | undefined;
}

/** A store that tests can take away and bring back. Its error texts must not reach clients. */
export function interruptible(store: RecordStore): InterruptibleStore {
  const pass = async () => {
    if (handle.calls === handle.leavesAfter) handle.state = 'away';
    handle.calls += 1;
    if (handle.state === 'away') throw new StoreUnavailableError('words of the store');
    if (handle.state === 'silent') await new Promise<never>(() => undefined);
    return store;
  };
  const handle: InterruptibleStore = {
    state: 'there',
    calls: 0,
    leavesAfter: undefined,
    get: async (...args) => (await pass()).get(...args),
    list: async (...args) => (await pass()).list(...args),
    commit: async (...args) => (await pass()).commit(...args),
    increment: async (...args) => (await pass()).increment(...args),
    async *collections() {
      yield* (await pass()).collections();
    },
    close: () => store.close(),
  };
  return handle;
}
