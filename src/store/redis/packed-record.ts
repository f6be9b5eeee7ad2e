import type { StoredRecord } from '../record-store.ts';

/**
 * Reads a record as the commit script packs it: "version expiresAt value", where expiresAt may be empty. One string takes half the
 * memory of a hash of three.
 */
export function unpackRecord(key: string, packed: string): StoredRecord {
  const first = packed.indexOf(' ');
  const second = packed.indexOf(' ', first + 1);
  const expiresAt = packed.slice(first + 1, second);
  return {
    key,
    value: packed.slice(second + 1),
    version: Number(packed.slice(0, first)),
    expiresAt: expiresAt === '' ? undefined : Number(expiresAt),
  };
}

/** Whether the callers of the store still see it at `now` (milliseconds since the epoch). */
export function isLive({ expiresAt }: StoredRecord, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}
