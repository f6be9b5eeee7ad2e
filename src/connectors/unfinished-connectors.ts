import { z } from 'zod';
import { allEntries } from '../store/all-entries.ts';
import {
  defineCollection,
  deleteEntry,
  type Entry,
  getEntry,
  putEntry,
} from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { ConnectorScope } from './connector-arns.ts';
import { findConnector } from './find-connector.ts';
import { finishCreating } from './finish-creating.ts';
import { forgetClaim, purgeConnector } from './purge-connector.ts';
import type { RaRenewalDependencies } from './ra/renew-ra-identity.ts';

/**
 * The connectors, of all accounts, that somebody is creating or deleting. A note is made before the work begins: one too many
 * costs one look, one too few would leave the work to nobody.
 */
const notes = defineCollection(
  'notes',
  z.strictObject({ accountId: z.string(), region: z.string(), notedAt: z.number() }),
);
type Note = z.infer<typeof notes.schema>;

const PARTITION = 'unfinished-connectors';
/** How long a note is kept although nothing is unfinished: its maker may be just about to begin. Milliseconds. */
const NOTE_GRACE = 60_000;
/** A claimed id without a connector can be completed while its ClientToken lives, which is five minutes. */
const CLAIM_GRACE = 10 * 60_000;
const AT_ONCE = 10;

/** Has `resumeConnectors` look at a connector. To be called before what is to be finished begins. */
export async function noteUnfinished(
  { store, clock }: { readonly store: RecordStore; readonly clock: () => number },
  connectorId: string,
  { accountId, region }: ConnectorScope,
): Promise<void> {
  const note = { accountId, region, notedAt: clock() };
  await store.commit(PARTITION, [putEntry(notes, connectorId, note)]);
}

/**
 * Takes every connector that is being created or deleted further. Run it every few seconds on any replica, or on all: whoever
 * dies, the work is finished.
 * @throws AggregateError of what hindered some of them, when all have had their turn
 */
export async function resumeConnectors(deps: RaRenewalDependencies): Promise<void> {
  const ids: string[] = [];
  for await (const { key } of allEntries(deps.store, PARTITION, notes)) ids.push(key);
  const errors: unknown[] = [];
  while (ids.length > 0) {
    const turns = ids.splice(0, AT_ONCE).map((id) => resumeConnector(deps, id));
    for (const turn of await Promise.allSettled(turns)) {
      if (turn.status === 'rejected') errors.push(turn.reason);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'connectors could not be finished');
}

/** Takes one connector as far as it can be taken now. Anybody may call it at any time. @throws IssuerError */
export async function resumeConnector(
  deps: RaRenewalDependencies,
  connectorId: string,
): Promise<void> {
  const note = await getEntry(deps.store, PARTITION, notes, connectorId);
  if (note === undefined || !(await takeFurther(deps, note))) return;
  if (deps.clock() - note.value.notedAt < NOTE_GRACE) return;
  const { version } = note;
  await deps.store.commit(PARTITION, [deleteEntry(notes, connectorId, { version })]);
}

/** @returns whether nothing is left to be done */
async function takeFurther(
  deps: RaRenewalDependencies,
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
      if (deps.clock() - value.notedAt < CLAIM_GRACE) return false;
      await forgetClaim(deps, value, key);
      return true;
  }
}
