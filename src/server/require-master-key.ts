import { z } from 'zod';
import { UsageError } from '../config/usage-error.ts';
import { findUnfinishedImport } from '../store/archive/import-mark.ts';
import { defineCollection, getEntry, putEntry, storedObject } from '../store/collection.ts';
import type { PutWrite, RecordStore } from '../store/record-store.ts';
import { SealError, type Sealed, type Sealer, sealedText } from '../store/seal.ts';

/**
 * A sealed empty value for each master key under which something in the store may be sealed. There
 * are two from the time a server first uses a new key until `master-key reseal` has replaced the
 * old one.
 */
const marks = defineCollection('master-key', storedObject({ sealed: z.array(sealedText) }));
const PARTITION = 'installation';
const KEY = 'mark';
const CONTEXT = `${PARTITION}/${KEY}`;

interface Dependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
}

/**
 * Requires that the master keys open everything in the store and that no import is unfinished, and
 * notes that the current key is in use. A new store accepts any key. With a wrong key nothing is
 * written. Call it before anything is sealed; repeating it does no harm.
 * @returns whether the store is new
 * @throws UsageError when a key is wrong, the second of two is missing, or an import into the store
 *   was cut short
 */
export async function requireMasterKey(deps: Dependencies): Promise<boolean> {
  const isNew = await noteMasterKey(deps);
  // Checked last: an import cannot begin once a key is noted (`claimStore`).
  if ((await findUnfinishedImport(deps.store)) !== undefined) throw new UsageError(HALF_IMPORTED);
  return isNew;
}

/** The write by which an import claims a new store. It fails when a server has begun to use it. */
export function claimStore(sealer: Sealer): PutWrite {
  const sealed = [sealer.seal(new Uint8Array(), CONTEXT)];
  return putEntry(marks, KEY, { sealed }, { condition: 'absent' });
}

/** @returns whether no key was noted before */
async function noteMasterKey({ store, sealer }: Dependencies): Promise<boolean> {
  for (;;) {
    const kept = await readMarks(store);
    const opened = kept.sealed.filter((mark) => opens(sealer, mark));
    if (opened.length < kept.sealed.length) {
      throw new UsageError(opened.length === 0 ? WRONG_KEY : SECOND_KEY);
    }
    if (kept.sealed.some((mark) => sealer.isCurrent(mark))) return false;
    const sealed = [...kept.sealed, sealer.seal(new Uint8Array(), CONTEXT)];
    const { condition } = kept;
    const { outcome } = await store.commit(PARTITION, [
      putEntry(marks, KEY, { sealed }, { condition }),
    ]);
    if (outcome === 'committed') return kept.condition === 'absent';
  }
}

/**
 * Whether the current master key is one of the store's. It is not if it is wrong, or if
 * `master-key reseal` has replaced it while this server was running. Writes nothing.
 */
export async function isMasterKeyInUse({ store, sealer }: Dependencies): Promise<boolean> {
  const { sealed } = await readMarks(store);
  return sealed.some((mark) => sealer.isCurrent(mark) && opens(sealer, mark));
}

/**
 * Notes that everything is sealed under the current key.
 * @throws UsageError as `requireMasterKey`
 */
export async function dropOtherMasterKey(deps: Dependencies): Promise<void> {
  const { store, sealer } = deps;
  for (;;) {
    await requireMasterKey(deps);
    const { sealed, condition } = await readMarks(store);
    const current = sealed.filter((mark) => sealer.isCurrent(mark));
    if (current.length === sealed.length) return;
    const { outcome } = await store.commit(PARTITION, [
      putEntry(marks, KEY, { sealed: current }, { condition }),
    ]);
    if (outcome === 'committed') return;
  }
}

async function readMarks(store: RecordStore) {
  const entry = await getEntry(store, PARTITION, marks, KEY);
  if (entry === undefined) return { sealed: [], condition: 'absent' } as const;
  return { sealed: entry.value.sealed, condition: { version: entry.version } };
}

function opens(sealer: Sealer, mark: Sealed): boolean {
  try {
    sealer.open(mark, CONTEXT);
    return true;
  } catch (error) {
    if (error instanceof SealError) return false;
    throw error;
  }
}

const WRONG_KEY =
  'the master key does not open what is in the store; restore the one that belongs to it';
const SECOND_KEY =
  'the store has secrets under a second master key; give that one too (otherMasterKeyFile, --other-master-key-file) until "scep-connector master-key reseal" has ended';

const HALF_IMPORTED =
  'an import into the store was cut short; run "scep-connector store import" again with the same archive';

/** @throws UsageError in place of a SealError, which means that the master key is wrong */
export function explainSealError(error: unknown): never {
  throw error instanceof SealError ? new UsageError(WRONG_KEY) : error;
}
