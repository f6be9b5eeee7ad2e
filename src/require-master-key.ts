import { z } from 'zod';
import { UsageError } from './config/usage-error.ts';
import { defineCollection, getEntry, putEntry } from './store/collection.ts';
import type { RecordStore } from './store/record-store.ts';
import type { Sealer } from './store/seal.ts';
import { SealError } from './store/seal.ts';

/** A sealed nothing: who opens it has the key that the secrets of the store are sealed under. */
const marks = defineCollection('master-key', z.strictObject({ sealed: z.string() }));
const PARTITION = 'installation';
const KEY = 'mark';
const CONTEXT = `${PARTITION}/${KEY}`;

/**
 * Makes sure that the master key is the one that the store was begun with. A new store takes any, and remembers it.
 * @throws SealError when it is another one
 */
export async function requireMasterKey(deps: {
  readonly store: RecordStore;
  readonly sealer: Sealer;
}): Promise<void> {
  const { store, sealer } = deps;
  const mark = { sealed: sealer.seal(new Uint8Array(), CONTEXT) };
  await store.commit(PARTITION, [putEntry(marks, KEY, mark, { condition: 'absent' })]);
  const kept = await getEntry(store, PARTITION, marks, KEY);
  sealer.open(kept?.value.sealed ?? '', CONTEXT);
}

/** The first secret that is opened tells whether the key is the one that sealed it. @throws UsageError in place of a SealError */
export function explainSealError(error: unknown): never {
  if (!(error instanceof SealError)) throw error;
  throw new UsageError(
    'the master key does not open what is in the store; restore the one that belongs to this data directory',
  );
}
