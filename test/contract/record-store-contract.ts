import { afterEach, beforeEach, describe } from 'vitest';
import { describeArguments } from './describe-arguments.ts';
import { describeCollections } from './describe-collections.ts';
import { describeCommits } from './describe-commits.ts';
import { describeExpiry } from './describe-expiry.ts';
import { describeHistories } from './describe-histories.ts';
import { describeReads } from './describe-reads.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** The contract of the RecordStore port, for one adapter. `open` gives each test a new store. */
export function describeRecordStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describeParts(name, open, [...PARTITIONS_ALONE, describeCollections]);
}

/** The part of the contract that looks at one partition at a time. */
export function describePartitions(name: string, open: () => Promise<StoreUnderTest>): void {
  describeParts(name, open, PARTITIONS_ALONE);
}

type DescribePart = (subject: () => StoreUnderTest) => void;

const PARTITIONS_ALONE: readonly DescribePart[] = [
  describeCommits,
  describeExpiry,
  describeReads,
  describeArguments,
  describeHistories,
];

function describeParts(
  name: string,
  open: () => Promise<StoreUnderTest>,
  parts: readonly DescribePart[],
): void {
  describe(`the record store ${name}`, () => {
    let opened: StoreUnderTest;
    const subject = () => opened;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.destroy());

    for (const describePart of parts) describePart(subject);
  });
}
