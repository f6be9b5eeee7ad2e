import { formatTime } from './cli/admin/format-table.ts';
import { formatCounts } from './cli/store/format-counts.ts';
import type { StoreImportOptions } from './cli/store/store-import.ts';
import { importArchive } from './import-archive.ts';
import { readArchiveFile } from './read-archive-file.ts';
import { withStore } from './with-store.ts';

/** Runs `scep-connector store import`. */
export async function runStoreImport({ in: file, ...options }: StoreImportOptions): Promise<void> {
  await withStore({ ...options, mustExist: false }, async ({ masterKeys, ...access }) => {
    const { counts, createdAt } = await importArchive(access, (take) =>
      readArchiveFile(file, masterKeys, take),
    );
    process.stdout.write(formatCounts(counts));
    process.stdout.write(
      `imported; the store is as it was at ${formatTime(new Date(createdAt))}\n`,
    );
  });
}
