import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RecordStore, StoredRecord, Write } from '../../src/store/record-store.ts';
import { openInMemoryRecordStore } from '../support/fakes/in-memory-record-store.ts';
import type { StoreUnderTest } from './store-under-test.ts';

interface Target {
  readonly store: RecordStore;
  readonly now: number;
  readonly partition: string;
}

/** One step, done to both the store under test and the model. Both must return the same. */
type Step = (target: Target) => Promise<unknown>;

type Expectation = 'none' | 'absent' | 'current version' | 'other version';

interface PlannedWrite {
  readonly kind: Write['kind'];
  readonly collection: string;
  readonly key: string;
  readonly value: string;
  readonly lifetime: number | undefined;
  readonly expectation: Expectation;
}

/**
 * Runs random histories, with time passing and the store being reopened, against the plain
 * in-memory store.
 */
export function describeHistories(subject: () => StoreUnderTest): void {
  it('answers every history as the model does', async () => {
    const model = openInMemoryRecordStore(() => subject().now());
    let runs = 0;
    const follow = async (history: readonly (Step | 'reopen' | number)[]) => {
      runs += 1;
      for (const step of history) {
        if (step === 'reopen') await subject().reopen();
        else if (typeof step === 'number') await subject().advance(step);
        else {
          const target = { now: subject().now(), partition: `run ${runs}` };
          expect(await step({ ...target, store: subject().store })).toEqual(
            await step({ ...target, store: model }),
          );
        }
      }
    };
    await fc.assert(fc.asyncProperty(histories, follow), { numRuns: 60 });
  });
}

const collections = fc.constantFrom('c', 'cc');
const keys = fc.constantFrom('a', 'ab', 'a:b', 'b', '~');
const lifetimes = fc.option(fc.constantFrom(500, 1_000, 5_000), { nil: undefined });

const plannedWrites: fc.Arbitrary<PlannedWrite[]> = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom('put', 'put', 'delete'),
    collection: collections,
    key: keys,
    value: fc.string({ unit: 'binary', maxLength: 4 }),
    lifetime: lifetimes,
    expectation: fc.constantFrom<Expectation>(
      'none',
      'none',
      'absent',
      'current version',
      'other version',
    ),
  }),
  { selector: ({ collection, key }) => `${collection}:${key}`, minLength: 1, maxLength: 4 },
);

const commits = plannedWrites.map(
  (planned): Step =>
    async (target) => {
      const writes = await Promise.all(planned.map((write) => decide(target, write)));
      return target.store.commit(target.partition, writes);
    },
);

const gets = fc.tuple(collections, keys).map(
  ([collection, key]): Step =>
    async (target) => {
      return withoutVersion(await target.store.get(target.partition, collection, key));
    },
);

const lists = fc
  .tuple(collections, fc.option(keys, { nil: undefined }), fc.integer({ min: 1, max: 6 }))
  .map(
    ([collection, after, limit]): Step =>
      async (target) => {
        const page = after === undefined ? { limit } : { after, limit };
        const records = await target.store.list(target.partition, collection, page);
        return records.map(withoutVersion);
      },
  );

const increments = fc.tuple(keys, fc.integer({ min: -5, max: 5 }), lifetimes).map(
  ([counter, by, lifetime]): Step =>
    ({ store, now, partition }) => {
      return store.increment(partition, counter, by, lifetime && now + lifetime);
    },
);

const histories = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: commits },
    { weight: 4, arbitrary: fc.oneof(gets, lists, lists, increments) },
    { weight: 2, arbitrary: fc.constantFrom(400, 600) },
    { weight: 1, arbitrary: fc.constant<'reopen'>('reopen') },
  ),
  { maxLength: 40 },
);

/**
 * Stores number their versions freely, so a history says what a condition means, and each store
 * turns that into its own version.
 */
async function decide(
  { store, now, partition }: Target,
  { kind, collection, key, value, lifetime, expectation }: PlannedWrite,
): Promise<Write> {
  const current = (await store.get(partition, collection, key))?.version ?? 0;
  const condition = {
    none: undefined,
    absent: 'absent' as const,
    'current version': { version: current },
    'other version': { version: current + 1 },
  }[expectation];
  const place = { collection, key, ...(condition && { condition }) };
  if (kind === 'delete') return { kind, ...place };
  return { kind, ...place, value, ...(lifetime && { expiresAt: now + lifetime }) };
}

function withoutVersion(
  record: StoredRecord | undefined,
): Omit<StoredRecord, 'version'> | undefined {
  if (!record) return undefined;
  const { version: _, ...rest } = record;
  return rest;
}
