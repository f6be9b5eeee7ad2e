import { openInMemoryRecordStore } from '../support/fakes/in-memory-record-store.ts';
import { describeRecordStore } from './record-store-contract.ts';
import { openStoreUnderTest } from './store-under-test.ts';

describeRecordStore('in memory, the model', () => {
  let state: ReturnType<typeof openInMemoryRecordStore> | undefined;
  return openStoreUnderTest((clock) => {
    state ??= openInMemoryRecordStore(clock);
    return state;
  });
});
