import { afterEach, beforeEach, describe } from 'vitest';
import { describeArguments } from './describe-arguments.ts';
import { describeCollections } from './describe-collections.ts';
import { describeCommits } from './describe-commits.ts';
import { describeExpiry } from './describe-expiry.ts';
import { describeHistories } from './describe-histories.ts';
import { describeReads } from './describe-reads.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** The promises of the RecordStore port, for one adapter. Each test gets a store of its own from `open`. */
export function describeRecordStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the record store ${name}`, () => {
    let opened: StoreUnderTest;
    const subject = () => opened;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.destroy());

    describeCommits(subject);
    describeExpiry(subject);
    describeReads(subject);
    describeArguments(subject);
    describeCollections(subject);
    describeHistories(subject);
  });
}
