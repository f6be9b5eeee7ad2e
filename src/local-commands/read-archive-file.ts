import { createReadStream } from 'node:fs';
import { UsageError } from '../config/usage-error.ts';
import { ArchiveError } from '../store/archive/archive-header.ts';
import {
  type ArchiveContent,
  readArchive,
  type TakeRecords,
} from '../store/archive/read-archive.ts';

/**
 * `readArchive` on a file.
 * @throws UsageError in place of an ArchiveError, and when the file cannot be read
 */
export async function readArchiveFile(
  file: string,
  masterKeys: readonly Uint8Array[],
  take: TakeRecords,
): Promise<ArchiveContent> {
  const bytes = createReadStream(file);
  const unreadable = new Promise<never>((_, reject) => {
    bytes.once('error', (error: NodeJS.ErrnoException) => {
      reject(new UsageError(`cannot read ${file}: ${error.code ?? error.message}`));
    });
  });
  try {
    return await Promise.race([readArchive(bytes, masterKeys, take), unreadable]);
  } catch (error) {
    if (error instanceof ArchiveError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  } finally {
    bytes.destroy();
  }
}
