import { randomBytes, randomUUID } from 'node:crypto';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { StoreExportOptions } from '../cli/store/store.ts';
import { formatCounts } from '../cli/store/store-options.ts';
import { exists } from '../cli/terminal/files.ts';
import { print } from '../cli/terminal/print.ts';
import { UsageError } from '../config/usage-error.ts';
import { CHORE_LEASES } from '../server/lead-chore.ts';
import { requireMasterKey } from '../server/require-master-key.ts';
import { isEmpty } from '../store/archive/all-records.ts';
import type { ArchiveContent } from '../store/archive/read-archive.ts';
import { writeArchive } from '../store/archive/write-archive.ts';
import { listEntries } from '../store/collection.ts';
import { readArchiveFile } from './read-archive-file.ts';
import { chooseStore, type StoreAccess, withStore } from './with-store.ts';

/** Longer than the lease of a chore that runs every few seconds. */
const FREQUENT_LEASE_MS = 30_000;

/**
 * Whether servers run on the store. Some chores run every few seconds, so their leases expire soon
 * and only a running server renews them.
 */
export async function isServed({
  store,
  clock,
}: Pick<StoreAccess, 'store' | 'clock'>): Promise<boolean> {
  const { partition, collection } = CHORE_LEASES;
  const leases = await listEntries(store, partition, collection, { limit: 100 });
  return leases.some(
    ({ expiresAt }) => expiresAt !== undefined && expiresAt - clock() < FREQUENT_LEASE_MS,
  );
}

/** Runs `scep-connector store export`. */
export async function runStoreExport(options: StoreExportOptions): Promise<void> {
  const { out, force = false, live = false } = options;
  if (!force && (await exists(out))) {
    throw new UsageError(`${out} exists already. Use --force to replace it, or another --out`);
  }
  await withStore(await chooseStore(options), { mustExist: true }, async (access) => {
    if (await isEmpty(access.store)) throw new UsageError(EMPTY);
    await requireMasterKey(access);
    if (!live && (await isServed(access))) throw new UsageError(RUNNING);
    const { counts } = await writeArchiveFile(access, out);
    print(formatCounts(counts));
  });
}

/** Writes a temporary file, reads it back, and renames it once it is on the disk. */
async function writeArchiveFile(access: StoreAccess, file: string): Promise<ArchiveContent> {
  const unfinished = `${file}.${randomUUID()}.tmp`;
  try {
    await writeWhole(access, unfinished);
    const content = await readArchiveFile(unfinished, access.masterKeys, () => undefined);
    await rename(unfinished, file);
    await syncDirectory(dirname(file));
    return content;
  } catch (error) {
    await rm(unfinished, { force: true });
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    throw new UsageError(`cannot write ${file}: ${String(error.code)}`);
  }
}

async function writeWhole(access: StoreAccess, file: string): Promise<void> {
  const { store, clock, masterKeys } = access;
  const [masterKey] = masterKeys;
  const origin = { store, masterKey, archiveId: randomBytes(16), createdAt: clock() };
  await writeFile(file, writeArchive(origin), { flag: 'wx', mode: 0o600, flush: true });
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const EMPTY = 'the store is empty; do the settings name the right one?';
const RUNNING =
  'servers use this store, or did half a minute ago; stop them to move it, or use --live for a backup';
