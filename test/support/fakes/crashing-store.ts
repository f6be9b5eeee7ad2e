import type { RecordStore } from '../../../src/store/record-store.ts';

/**
 * A store whose process dies at its n-th commit (from 1): before the commit, or after it, so that
 * the caller never learns of it. Every later call fails too, because nothing runs in a dead
 * process.
 */
export function crashingStore(
  store: RecordStore,
  commitNumber: number,
  moment: 'before' | 'after',
): RecordStore {
  let commits = 0;
  let dead = false;
  const alive = () => {
    if (dead) throw new Error('killed');
  };
  return {
    ...store,
    async get(...args) {
      alive();
      return store.get(...args);
    },
    async commit(...args) {
      alive();
      commits += 1;
      dead = commits === commitNumber;
      if (dead && moment === 'before') alive();
      const result = await store.commit(...args);
      alive();
      return result;
    },
  };
}
