import type { Row, Tables } from './open-tables.ts';

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
