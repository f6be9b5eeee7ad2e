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

/** MDB_MAGIC, which opens the header of every LMDB file, in the byte order of the machine that wrote it. */
const MAGIC = Buffer.from(Uint32Array.of(0xbeefc0de).buffer);
const HEADER_BYTES = 64;
/** Two meta pages of the smallest page size. */
const LEAST_BYTES = 8_192;

/**
 * Looks whether LMDB will be able to open its files in `directory`, because lmdb 3.5 takes the whole process down
 * when it is not.
 * @throws Error when the directory or a file in it may not be read and written, or the data file is not one of LMDB's.
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
    // What a process leaves that was killed while it made the store.
    if (size === 0) return true;
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(descriptor, header);
    return size >= LEAST_BYTES && header.includes(MAGIC);
  } finally {
    closeSync(descriptor);
  }
}
