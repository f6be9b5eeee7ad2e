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
import { UnusableStoreError } from '../record-store.ts';

/**
 * MDB_MAGIC, at the start of every LMDB file's header, in the byte order of the writing machine.
 */
const MAGIC = Buffer.from(Uint32Array.of(0xbeefc0de).buffer);
const HEADER_BYTES = 64;
/** Two meta pages of the smallest page size. */
const MIN_FILE_BYTES = 8_192;
/** In MDB_meta, from its magic on: the page size, the last page that is used, the transaction. */
const PAGE_SIZE_AT = 24;
const LAST_PAGE_AT = 120;
const TRANSACTION_AT = 128;
const META_BYTES = 136;

/**
 * Checks whether LMDB can open its files in `directory`: lmdb 3.5 crashes the process when it
 * cannot.
 * @throws UnusableStoreError when the data file is not one of LMDB's, or has been cut short; the
 *   system's error when the directory or a file in it cannot be read and written
 */
export function checkDirectory(directory: string): void {
  accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  const dataFile = path.join(directory, 'data.mdb');
  for (const file of [dataFile, path.join(directory, 'lock.mdb')]) {
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
  }
  if (existsSync(dataFile)) checkDataFile(dataFile);
}

function checkDataFile(file: string): void {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    // A process that is killed while it makes the store leaves an empty file.
    if (size === 0) return;
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(descriptor, header);
    const at = header.indexOf(MAGIC);
    if (size < MIN_FILE_BYTES || at < 0) throw new UnusableStoreError('data.mdb is damaged');
    const used = usedOctets(descriptor, at);
    // Read last: a server that writes makes the file longer first.
    const { size: present } = fstatSync(descriptor);
    if (present >= used) return;
    const message = `data.mdb is cut short: it has ${present} octets, and its header speaks of ${used}; restore it from a backup`;
    throw new UnusableStoreError(message);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * How long the file is by the newer of its two meta pages; 0 on a machine of another byte order
 * than LMDB's structure is read in here.
 */
function usedOctets(descriptor: number, metaAt: number): number {
  const first = readMeta(descriptor, metaAt);
  if (first === undefined) return 0;
  const second = readMeta(descriptor, metaAt + first.pageSize) ?? first;
  const newer = second.transaction > first.transaction ? second : first;
  return (newer.lastPage + 1) * first.pageSize;
}

function readMeta(descriptor: number, at: number) {
  const meta = Buffer.alloc(META_BYTES);
  if (readSync(descriptor, meta, { position: at }) < META_BYTES) return undefined;
  if (meta.readUInt32LE() !== 0xbeefc0de) return undefined;
  return {
    pageSize: meta.readUInt32LE(PAGE_SIZE_AT),
    lastPage: Number(meta.readBigUInt64LE(LAST_PAGE_AT)),
    transaction: meta.readBigUInt64LE(TRANSACTION_AT),
  };
}
