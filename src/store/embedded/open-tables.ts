import { mkdirSync } from 'node:fs';
import { type Database, open, type RootDatabase, type RootDatabaseOptions } from 'lmdb';
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
   * Records at `partition:collection:key`, whose order is the order of the bytes, and counters at `partition::counter`,
   * as no collection has an empty name.
   */
  readonly rows: Database<Row, string>;
  /** The last version given out, by partition. They stay when records go, so that no version is used twice. */
  readonly versions: Database<number, string>;
  /** An entry for each row that expires, in the order of the moments, written in the same transaction as the row. */
  readonly expiries: Database<true, ExpiryKey>;
}

interface EnvironmentOptions extends RootDatabaseOptions {
  /** Known to lmdb and missing in its types. */
  readonly permissionsMode: number;
}

const OPTIONS: EnvironmentOptions = {
  // A directory whose name has a dot is still a directory.
  noSubdir: false,
  // What is not sealed is not for other users of the machine either.
  permissionsMode: 0o600,
  // Off, LMDB syncs the pages and then the meta page before a transaction becomes visible: its promise means that the
  // data is on the disk, no reader sees what a power cut could take back, and the commits that arrive during one sync
  // share the next. On, commits become visible first and each waits for its sync in a thread of its own, which starves
  // the four that node has for cryptography and files. See docs/adr/0004-embedded-store.md.
  overlappingSync: false,
  // Batches by turns of the event loop come with a promise of lmdb's own, whose rejection on a full disk nobody could
  // handle. Transactions are batched without it as well.
  eventTurnBatching: false,
};

/**
 * Opens the tables of the embedded store, making the directory and the tables when they are missing.
 * @throws Error naming the directory when it cannot be made, read or written, or holds something else.
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
    throw new Error(`cannot open the record store in ${directory}: ${reason}`, { cause: error });
  }
}

/** lmdb keeps one snapshot for a turn of the event loop; another process may have committed since it was taken. */
export function seeLatest({ environment }: Tables): void {
  environment.resetReadTxn();
}

/** Whether the callers of the store still see the row at `now` (milliseconds since the epoch). */
export function isLive({ expiresAt }: Row, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}

/** Adds, replaces or, given undefined, removes a row and keeps the expiry index in step. Within a transaction only. */
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
