// A program for store-crash.test.ts: commits as fast as it can and prints the key of each
// acknowledged commit.
import { writeSync } from 'node:fs';
import { openLmdbRecordStore } from '../../dist/store/embedded/lmdb-record-store.js';

const [directory = '', name = ''] = process.argv.slice(2);
const store = await openLmdbRecordStore({ directory, clock: Date.now });

/** @param {number} worker */
async function commitForever(worker) {
  for (let i = 0; ; i += 1) {
    const key = `${name}-${worker}-${i}`;
    const value = `${key} ${'x'.repeat((i * 37) % 3_000)}`;
    await store.increment('p', 'increments', 1);
    const { outcome } = await store.commit('p', [
      { kind: 'put', collection: 'left', key, value, condition: 'absent' },
      { kind: 'put', collection: 'right', key, value, condition: 'absent' },
    ]);
    // Written at once and unbuffered: what a stream still holds at the kill would not be tested.
    if (outcome === 'committed') writeSync(1, `${key}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, worker) => commitForever(worker)));
