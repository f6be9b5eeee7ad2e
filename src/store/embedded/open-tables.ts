import { mkdirSync } from 'node:fs';
import { type Database, open, type RootDatabase, type RootDatabaseOptions } from 'lmdb';
import { UnusableStoreError } from '../record-store.ts';
import { checkDirectory } from './check-directory.ts';

/** A record, or a counter with its number as the value and version 0. */
export interface Row {
  readonly value: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
}

type ExpiryKey = [expiresAt: number, rowKey: string];

export interface Tables {
  readonly environment: RootDatabase<unknown, string>;
  /**
   * Records at `partition:collection:key`, in byte order, and counters at `partition::counter`: no
   * collection has an empty name.
   */
  readonly rows: Database<Row, string>;
  /** The last version used in each partition. It outlives the records: no version is used twice. */
  readonly versions: Database<number, string>;
  /** An entry for each row that expires, by expiry, written in the same transaction as the row. */
  readonly expiries: Database<true, ExpiryKey>;
}

interface EnvironmentOptions extends RootDatabaseOptions {
  /** lmdb has this option, but its types do not. */
  readonly permissionsMode: number;
}

const OPTIONS: EnvironmentOptions = {
  // Without it, lmdb takes a path with a dot for a file.
  noSubdir: false,
  // Other users of the machine must not read records either, sealed or not.
  permissionsMode: 0o600,
  // Off: LMDB syncs the pages and then the meta page before a transaction becomes visible. Its
  // promise means that the data is on the disk, no reader sees what a power cut could take back,
  // and commits that arrive during one sync share the next. On: commits become visible first, and
  // each waits for its sync in a thread of node's pool, whose four threads cryptography and files
  // need. See docs/adr/0004-embedded-store.md.
  overlappingSync: false,
  // Batching by turns of the event loop creates a promise inside lmdb, whose rejection on a full
  // disk cannot be handled. Transactions are batched without it as well.
  eventTurnBatching: false,
};

/**
 * Opens the tables of the embedded store, and creates the directory and the tables if necessary.
 * @throws UnusableStoreError naming the directory when it cannot be made, read or written, or
 *   holds other files
 */
export function openTables(directory: string): Tables {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    checkDirectory(directory);
    const environment = open<unknown, string>(directory, OPTIONS);
    return {
      environment,
      rows: environment.openDB({ name: 'rows' }),
      versions: environment.openDB({ name: 'versions' }),
      expiries: environment.openDB({ name: 'expiries' }),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `cannot open the record store in ${directory}: ${reason}`;
    throw new UnusableStoreError(message, { cause: error });
  }
}

/**
 * lmdb keeps a snapshot for one turn of the event loop; another process may have committed since.
 */
export function seeLatest({ environment }: Tables): void {
  environment.resetReadTxn();
}

/** Whether the row has not expired at `now`, milliseconds since the epoch. */
export function isLive({ expiresAt }: Row, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}

/**
 * Puts a row, or removes it when it is undefined, with its expiry. Call it within a transaction.
 */
export function writeRow({ rows, expiries }: Tables, key: string, row: Row | undefined): void {
  const replaced = rows.get(key);
  if (replaced?.expiresAt !== undefined) expiries.removeSync([replaced.expiresAt, key]);
  if (row === undefined) {
    if (replaced) rows.removeSync(key);
    return;
  }
  rows.putSync(key, row);
  if (row.expiresAt !== undefined) expiries.putSync([row.expiresAt, key], true);
}
