import { rm } from 'node:fs/promises';
import { openLmdbRecordStore } from '../../src/store/embedded/lmdb-record-store.ts';
import { tempDirectory } from '../support/temp-directory.ts';
import { describeRecordStore } from './record-store-contract.ts';

describeRecordStore('on LMDB', async () => {
  let now = 1_700_000_000_000;
  const directory = tempDirectory();
  const open = () => openLmdbRecordStore({ directory, clock: () => now });
  let store = await open();
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
      store = await open();
    },
    destroy: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
