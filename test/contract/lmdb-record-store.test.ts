import { rm } from 'node:fs/promises';
import { openLmdbRecordStore } from '../../src/store/embedded/lmdb-record-store.ts';
import { tempDirectory } from '../support/servers/temp-directory.ts';
import { describeRecordStore } from './record-store-contract.ts';
import { openStoreUnderTest } from './store-under-test.ts';

describeRecordStore('on LMDB', () => {
  const directory = tempDirectory();
  return openStoreUnderTest(
    (clock) => openLmdbRecordStore({ directory, clock }),
    () => rm(directory, { recursive: true }),
  );
});
