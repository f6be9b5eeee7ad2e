import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
} from 'node:fs';
import path from 'node:path';

/**
 * MDB_MAGIC, at the start of every LMDB file's header, in the byte order of the writing machine.
 */
const MAGIC = Buffer.from(Uint32Array.of(0xbeefc0de).buffer);
const HEADER_BYTES = 64;
/** Two meta pages of the smallest page size. */
const MIN_FILE_BYTES = 8_192;

/**
 * Checks whether LMDB can open its files in `directory`: lmdb 3.5 crashes the process when it
 * cannot.
 * @throws Error when the directory or a file in it cannot be read and written, or the data file is
 *   not one of LMDB's
 */
export function checkDirectory(directory: string): void {
  accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  const dataFile = path.join(directory, 'data.mdb');
  for (const file of [dataFile, path.join(directory, 'lock.mdb')]) {
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
  }
  if (existsSync(dataFile) && !isDataFile(dataFile)) throw new Error('data.mdb is damaged');
}

function isDataFile(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    // A process that is killed while it makes the store leaves an empty file.
    if (size === 0) return true;
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(descriptor, header);
    return size >= MIN_FILE_BYTES && header.includes(MAGIC);
  } finally {
    closeSync(descriptor);
  }
}
