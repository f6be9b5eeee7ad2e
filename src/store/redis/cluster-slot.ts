export const ALL_SLOTS: readonly number[] = Array.from({ length: 16_384 }, (_, slot) => slot);

/** The slot of a Redis Cluster that a key belongs to: CRC-16/XMODEM of its hash tag (Redis Cluster specification). */
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
