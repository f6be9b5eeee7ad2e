import { randomUUID } from 'node:crypto';
import { UsageError } from '../config/usage-error.ts';
import { carryRecordOver } from '../private-ca/crl/carry-record-over.ts';
import { claimStore } from '../server/require-master-key.ts';
import { allRecords, isEmpty } from '../store/archive/all-records.ts';
import { createRecordCounter, type RecordCounts } from '../store/archive/archive-lines.ts';
import {
  findUnfinishedImport,
  holdsImport,
  type Importing,
  markImport,
  takeOverImport,
  unmarkImport,
} from '../store/archive/import-mark.ts';
import { putRecords } from '../store/archive/put-records.ts';
import type { ArchiveContent, TakeRecords } from '../store/archive/read-archive.ts';
import type { StoreAccess } from './with-store.ts';

type Dependencies = Pick<StoreAccess, 'store' | 'sealer' | 'clock'>;

/** Reads the whole archive; each call reads the same. */
type ReadAll = (take: TakeRecords) => Promise<ArchiveContent>;

/**
 * Puts the records of an archive into an empty store. The store is marked until all records are in
 * it, and no server uses a marked store (`requireMasterKey`). After an interrupted import, an
 * import of the same archive starts over. If it does so while the first still runs, the first one
 * ends.
 * @param whole the result of an earlier `readAll`, which proves that the archive is complete
 * @throws UsageError when the store is not empty, or an import of another archive into it was cut
 *   short
 */
export async function importArchive(
  deps: Dependencies,
  whole: ArchiveContent,
  readAll: ReadAll,
): Promise<void> {
  const { store } = deps;
  const importer = randomUUID();
  await begin(deps, { archiveId: whole.archiveId, importer });
  await readAll(async (records) => {
    if (!(await holdsImport(store, importer))) throw new UsageError(TAKEN_OVER);
    await putRecords(store, records.map(carryRecordOver));
  });
  await requireAll(deps, readAll);
  if (!(await unmarkImport(store, importer))) throw new UsageError(TAKEN_OVER);
}

async function begin({ store, sealer }: Dependencies, importing: Importing): Promise<void> {
  const unfinished = await findUnfinishedImport(store);
  if (unfinished === importing.archiveId) {
    if (await takeOverImport(store, importing)) return;
    throw new UsageError(TAKEN_OVER);
  }
  if (unfinished !== undefined) throw new UsageError(`${OTHER_ARCHIVE}; ${HOW_TO_EMPTY}`);
  const isOurs = (await isEmpty(store)) && (await markImport(store, importing, claimStore(sealer)));
  if (!isOurs) throw new UsageError(`${NOT_EMPTY}; ${HOW_TO_EMPTY}`);
}

/** Detects a store that evicts records, or whose settings changed during the import. */
async function requireAll({ store, clock }: Dependencies, readAll: ReadAll): Promise<void> {
  const stored = createRecordCounter();
  for await (const records of allRecords(store)) stored.add(records);
  const counted = clock();
  const alive = createRecordCounter();
  await readAll((records) => {
    alive.add(records.filter(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt > counted));
  });
  requireAtLeast(stored.counts(), alive.counts());
}

function requireAtLeast(stored: RecordCounts, wanted: RecordCounts): void {
  for (const [name, count] of wanted) {
    const found = stored.get(name) ?? 0;
    if (found >= count) continue;
    throw new Error(`the store has kept ${found} of ${count} records of ${name}; it is not usable`);
  }
}

const NOT_EMPTY = 'the store is not empty, so nothing was imported';
const OTHER_ARCHIVE = 'the import of another archive into this store was cut short';
const TAKEN_OVER = 'another process has begun to import the archive, so this one ends';
const HOW_TO_EMPTY =
  'take another (dataDir, or store.redis.keyPrefix), or empty it as docs/backup.md says';
