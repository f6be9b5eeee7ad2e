import { openInMemoryRecordStore } from '../support/in-memory-record-store.ts';
import { describeRecordStore } from './record-store-contract.ts';

describeRecordStore('in memory, the model', async () => {
  let now = 1_700_000_000_000;
  const store = openInMemoryRecordStore(() => now);
  return {
    store,
    now: () => now,
    advance: async (milliseconds) => {
      now += milliseconds;
    },
    reopen: () => Promise.resolve(),
    destroy: () => store.close(),
  };
});
