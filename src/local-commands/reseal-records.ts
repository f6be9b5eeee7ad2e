import {
  type Collection,
  type Entry,
  getEntry,
  listEntries,
  replaceEntry,
} from '../store/collection.ts';
import type { RecordStore, Write } from '../store/record-store.ts';
import { type Sealed, type Sealer, sealedText } from '../store/seal.ts';

/** The members of a record that are sealed, of all its states. */
type SealedMember<T> = T extends unknown
  ? { [Member in keyof T]-?: NonNullable<T[Member]> extends Sealed ? Member : never }[keyof T]
  : never;

/** How the records of one collection are sealed. */
export interface Sealing<T> {
  readonly collection: Collection<T>;
  /** The sealing context of each sealed member of a record. `ownerId` is the id in the name of its partition. */
  readonly contexts: (
    ownerId: string,
    record: Pick<Entry<T>, 'key' | 'value'>,
  ) => Readonly<Record<SealedMember<T> & string, string>>;
  /** What the same commit must write when a record is sealed anew: what else the master key has a part in. */
  readonly alongside?: (sealer: Sealer, ownerId: string, value: T) => readonly Write[];
}

export interface ResealDependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
}

export interface ResealCount {
  /** Records that were looked at. */
  readonly seen: number;
  /** Those of them that were sealed anew. */
  readonly resealed: number;
}

const PAGE = 100;

/**
 * Puts every record of one collection in a partition under the current master key. Servers that have both keys may change the
 * records meanwhile: theirs is kept, and sealed anew if it has to be.
 * @throws SealError when something is sealed under a third key
 */
export async function resealRecords<T extends object>(
  deps: ResealDependencies,
  partition: string,
  ownerId: string,
  sealing: Sealing<T>,
): Promise<ResealCount> {
  let seen = 0;
  let resealed = 0;
  let position: { after?: string } = {};
  for (;;) {
    const options = { ...position, limit: PAGE };
    const page = await listEntries(deps.store, partition, sealing.collection, options);
    const outcomes = await Promise.all(
      page.map((entry) => resealRecord(deps, partition, ownerId, sealing, entry)),
    );
    seen += page.length;
    resealed += outcomes.filter(Boolean).length;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return { seen, resealed };
    position = { after: last.key };
  }
}

/** @returns whether there was anything to do */
async function resealRecord<T extends object>(
  { store, sealer }: ResealDependencies,
  partition: string,
  ownerId: string,
  sealing: Sealing<T>,
  listed: Entry<T>,
): Promise<boolean> {
  const { collection, contexts, alongside } = sealing;
  let entry: Entry<T> | undefined = listed;
  while (entry !== undefined) {
    const { key, value }: Entry<T> = entry;
    const anew = sealAnew(sealer, value, contexts(ownerId, entry));
    if (Object.keys(anew).length === 0) return false;
    const { outcome } = await store.commit(partition, [
      replaceEntry(collection, entry, { ...value, ...anew }),
      ...(alongside?.(sealer, ownerId, value) ?? []),
    ]);
    if (outcome === 'committed') return true;
    entry = await getEntry(store, partition, collection, key);
  }
  return false;
}

/** The members that are not under the current key, put under it. */
function sealAnew(
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
      const anew = sealer.seal(plaintext, context);
      plaintext.fill(0);
      return [[member, anew]];
    }),
  );
}
