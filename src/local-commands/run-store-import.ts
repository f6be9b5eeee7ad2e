import { formatTime } from '../cli/api-command/format-table.ts';
import type { StoreImportOptions } from '../cli/store/store.ts';
import { formatCounts } from '../cli/store/store-options.ts';
import { print } from '../cli/terminal/print.ts';
import type { TakeRecords } from '../store/archive/read-archive.ts';
import { importArchive } from './import-archive.ts';
import { readArchiveFile } from './read-archive-file.ts';
import { chooseStore, withStore } from './with-store.ts';

/** Runs `scep-connector store import`. It reads the whole archive before it opens the store. */
export async function runStoreImport({ in: file, ...options }: StoreImportOptions): Promise<void> {
  const choice = await chooseStore(options);
  const readAll = (take: TakeRecords) => readArchiveFile(file, choice.masterKeys, take);
  const whole = await readAll(() => undefined);
  await withStore(choice, { mustExist: false }, (access) => importArchive(access, whole, readAll));
  const time = formatTime(new Date(whole.createdAt));
  print(`${formatCounts(whole.counts)}\nThe store is as it was at ${time}.\n`);
}
