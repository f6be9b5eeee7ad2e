import {
  type Collection,
  type Entry,
  getEntry,
  listEntries,
  replaceEntry,
} from '../store/collection.ts';
import type { RecordStore, Write } from '../store/record-store.ts';
import { type Sealed, type Sealer, sealedText } from '../store/seal.ts';

/** The names of a record's sealed members, in all of its states. */
type SealedMember<T> = T extends unknown
  ? { [Member in keyof T]-?: NonNullable<T[Member]> extends Sealed ? Member : never }[keyof T]
  : never;

/** How the records of one collection are sealed. */
export interface Sealing<T> {
  readonly collection: Collection<T>;
  /**
   * The sealing context of each sealed member. `ownerId` is the id in the name of the partition.
   */
  readonly contexts: (
    ownerId: string,
    record: Pick<Entry<T>, 'key' | 'value'>,
  ) => Readonly<Record<SealedMember<T> & string, string>>;
  /** Further writes of the commit that reseals a record, for data that also depends on the key. */
  readonly alongside?: (sealer: Sealer, ownerId: string, value: T) => readonly Write[];
}

/** The records of one collection in a partition. */
export interface ResealTarget<T> {
  readonly partition: string;
  /** The id in the name of the partition. */
  readonly ownerId: string;
  readonly sealing: Sealing<T>;
}

export interface ResealDependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
}

export interface ResealCount {
  /** Records that were read. */
  readonly seen: number;
  /** Records that were resealed. */
  readonly resealed: number;
}

const PAGE = 100;

/**
 * Reseals every record of one collection in a partition under the current master key. Servers that
 * have both keys may change records meanwhile: the change is kept, and resealed if necessary.
 * @throws SealError when something is sealed under a third key
 */
export async function resealRecords<T extends object>(
  deps: ResealDependencies,
  target: ResealTarget<T>,
): Promise<ResealCount> {
  const { partition, sealing } = target;
  let seen = 0;
  let resealed = 0;
  let position: { after?: string } = {};
  for (;;) {
    const options = { ...position, limit: PAGE };
    const page = await listEntries(deps.store, partition, sealing.collection, options);
    const outcomes = await Promise.all(page.map((entry) => resealRecord(deps, target, entry)));
    seen += page.length;
    resealed += outcomes.filter(Boolean).length;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return { seen, resealed };
    position = { after: last.key };
  }
}

/** @returns whether the record had to be resealed */
async function resealRecord<T extends object>(
  { store, sealer }: ResealDependencies,
  { partition, ownerId, sealing }: ResealTarget<T>,
  listed: Entry<T>,
): Promise<boolean> {
  const { collection, contexts, alongside } = sealing;
  let entry: Entry<T> | undefined = listed;
  while (entry !== undefined) {
    const { key, value }: Entry<T> = entry;
    const resealed = resealMembers(sealer, value, contexts(ownerId, entry));
    if (Object.keys(resealed).length === 0) return false;
    const { outcome } = await store.commit(partition, [
      replaceEntry(collection, entry, { ...value, ...resealed }),
      ...(alongside?.(sealer, ownerId, value) ?? []),
    ]);
    if (outcome === 'committed') return true;
    entry = await getEntry(store, partition, collection, key);
  }
  return false;
}

/** Reseals the members that are not under the current key. @returns those members */
function resealMembers(
  sealer: Sealer,
  value: object,
  contexts: Readonly<Record<string, string>>,
): Readonly<Record<string, Sealed>> {
  const members = new Map(Object.entries<unknown>({ ...value }));
  return Object.fromEntries(
    Object.entries(contexts).flatMap(([member, context]) => {
      const sealed = sealedText.optional().parse(members.get(member));
      if (sealed === undefined || sealer.isCurrent(sealed)) return [];
      const plaintext = sealer.open(sealed, context);
      const resealed = sealer.seal(plaintext, context);
      plaintext.fill(0);
      return [[member, resealed]];
    }),
  );
}
