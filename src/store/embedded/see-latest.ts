import type { Tables } from './open-tables.ts';

/** lmdb keeps one snapshot for a turn of the event loop; another process may have committed since it was taken. */
export function seeLatest({ environment }: Tables): void {
  environment.resetReadTxn();
}
