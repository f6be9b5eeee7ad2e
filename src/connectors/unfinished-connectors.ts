import { z } from 'zod';
import { MINUTE_MS } from '../durations.ts';
import {
  defineCollection,
  deleteEntry,
  type Entry,
  getEntry,
  putEntry,
  storedObject,
} from '../store/collection.ts';
import { allVersions } from '../store/readable-entries.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { ConnectorScope } from './connector-arns.ts';
import { findConnector } from './find-connector.ts';
import { type CreatingDependencies, finishCreating } from './finish-creating.ts';
import { forgetClaim, purgeConnector } from './purge-connector.ts';

/**
 * The connectors of all accounts that are being created or deleted. A note is written before the
 * work begins: a superfluous note costs one look, while without one the work might never be
 * finished.
 */
const notes = defineCollection(
  'notes',
  storedObject({ accountId: z.string(), region: z.string(), notedAt: z.number() }),
);
type Note = z.infer<typeof notes.schema>;

const PARTITION = 'unfinished-connectors';
/** A note stays this long although nothing is unfinished: its work may be about to begin. */
const NOTE_GRACE_MS = MINUTE_MS;
/** A call with the same ClientToken can still use a claimed id for five minutes. */
const CLAIM_GRACE_MS = 10 * MINUTE_MS;
const AT_ONCE = 10;

/** Makes `resumeConnectors` look at a connector. Call it before the work begins. */
export async function noteUnfinished(
  { store, clock }: { readonly store: RecordStore; readonly clock: () => number },
  connectorId: string,
  { accountId, region }: ConnectorScope,
): Promise<void> {
  const note = { accountId, region, notedAt: clock() };
  await store.commit(PARTITION, [putEntry(notes, connectorId, note)]);
}

/**
 * Continues the creation or deletion of every connector. Run it every few seconds on one replica or
 * all, so that the work is finished even when a replica dies.
 * @throws AggregateError with every failure, after all have had their turn
 */
export async function resumeConnectors(deps: CreatingDependencies): Promise<void> {
  const ids: string[] = [];
  for await (const { key } of allVersions(deps.store, PARTITION, notes)) ids.push(key);
  const errors: unknown[] = [];
  while (ids.length > 0) {
    const turns = ids.splice(0, AT_ONCE).map((id) => resumeConnector(deps, id));
    for (const turn of await Promise.allSettled(turns)) {
      if (turn.status === 'rejected') errors.push(turn.reason);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'connectors could not be finished');
}

/**
 * Continues one connector as far as possible now. Any process may call it at any time.
 * @throws IssuerError
 */
export async function resumeConnector(
  deps: CreatingDependencies,
  connectorId: string,
): Promise<void> {
  const note = await getEntry(deps.store, PARTITION, notes, connectorId);
  if (note === undefined || !(await takeFurther(deps, note))) return;
  if (deps.clock() - note.value.notedAt < NOTE_GRACE_MS) return;
  const { version } = note;
  await deps.store.commit(PARTITION, [deleteEntry(notes, connectorId, { version })]);
}

/** @returns whether nothing is left to do */
async function takeFurther(
  deps: CreatingDependencies,
  { key, value }: Entry<Note>,
): Promise<boolean> {
  const connector = await findConnector(deps.store, key);
  switch (connector?.status) {
    case 'CREATING':
      return finishCreating(deps, connector);
    case 'DELETING':
      await purgeConnector(deps, connector);
      return true;
    case 'ACTIVE':
    case 'FAILED':
      return true;
    case undefined:
      if (deps.clock() - value.notedAt < CLAIM_GRACE_MS) return false;
      await forgetClaim(deps, value, key);
      return true;
  }
}
