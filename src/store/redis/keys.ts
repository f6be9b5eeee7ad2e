export const ALL_SLOTS: readonly number[] = Array.from({ length: 16_384 }, (_, slot) => slot);

/**
 * The slot of a Redis Cluster that a key belongs to: CRC-16/XMODEM of its hash tag (Redis Cluster
 * specification).
 */
export function clusterSlot(key: string): number {
  const [, tag = key] = /^[^{]*\{([^}]+)\}/.exec(key) ?? [];
  let crc = 0;
  for (const octet of Buffer.from(tag)) {
    crc ^= octet << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 0x80_00 ? (crc << 1) ^ 0x10_21 : crc << 1;
    }
  }
  return (crc & 0xff_ff) % ALL_SLOTS.length;
}

/**
 * The names of all Redis keys of one partition. They share a hash tag, the part in braces, so a
 * cluster keeps a partition in one slot.
 */
export interface PartitionKeys {
  /** The last version used. Never removed, so no version is used twice. */
  readonly version: string;
  /** Sorted set of the records that expire, as `collection:key`, by expiry. */
  readonly expiries: string;
  /** Sorted set of the keys of a collection, all with score 0 and therefore in byte order. */
  index(collection: string): string;
  record(collection: string, key: string): string;
  counter(name: string): string;
  /** Remembers a write that may be sent again. */
  outcome(id: string): string;
}

/** @param prefix without braces, as the settings require */
export function keysOf(prefix: string, partition: string): PartitionKeys {
  const base = `${prefix}{${escapeTag(partition)}}`;
  return {
    version: `${base}:v`,
    expiries: `${base}:x`,
    index: (collection) => `${base}:i:${collection}`,
    record: (collection, key) => `${base}:r:${collection}:${key}`,
    counter: (name) => `${base}:n:${name}`,
    outcome: (id) => `${base}:o:${id}`,
  };
}

/** The key of the lock that the sweeping replica holds. */
export function sweepLockOf(prefix: string): string {
  return `${prefix}sweep`;
}

/** Patterns for SCAN; a prefix has no characters that are special in a pattern. */
export function patternsOf(prefix: string): {
  readonly indexes: string;
  readonly expiries: string;
} {
  return { indexes: `${prefix}{*}:i:*`, expiries: `${prefix}{*}:x` };
}

/** The partition of a key from `keysOf`, and the collection if it is the key of an index. */
export function readKey(
  prefix: string,
  key: string,
): { readonly partition: string; readonly collection: string } {
  const end = key.indexOf('}', prefix.length);
  return {
    partition: decodeURIComponent(key.slice(prefix.length + 1, end)),
    collection: key.slice(end + '}:i:'.length),
  };
}

/**
 * Braces would end the hash tag early, and an empty tag counts as none. `decodeURIComponent` undoes
 * this, so percent signs are escaped too.
 */
function escapeTag(partition: string): string {
  return partition.replaceAll(/[%{}]/g, (character) => encodeURIComponent(character));
}
