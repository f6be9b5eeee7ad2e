import { hkdfSync } from 'node:crypto';

/** The archive cannot be read with these master keys. `message` tells its owner why. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** The first line of an archive, unencrypted. */
export interface ArchiveHeader {
  /** Names the master key without revealing it. */
  readonly keyId: string;
  /** 16 random octets as 32 hexadecimal digits, unique to the archive. */
  readonly archiveId: string;
}

const NAME = 'scep-connector archive';
const FORMAT = 1;

export const ARCHIVE_HEADER_BYTES = encodeArchiveHeader({
  keyId: '0'.repeat(16),
  archiveId: '0'.repeat(32),
}).length;

export function encodeArchiveHeader({ keyId, archiveId }: ArchiveHeader): Buffer {
  return Buffer.from(`${NAME} ${FORMAT} ${keyId} ${archiveId}\n`, 'latin1');
}

/** @throws ArchiveError when the bytes are not the header of an archive of this format */
export function parseArchiveHeader(bytes: Uint8Array): ArchiveHeader {
  const line = Buffer.from(bytes).toString('latin1');
  const format = new RegExp(`^${NAME} (\\d{1,9})[ \n]`).exec(line)?.[1];
  if (format === undefined) throw new ArchiveError('it is not an archive of scep-connector');
  if (Number(format) > FORMAT) {
    throw new ArchiveError(
      `its format ${format} is newer than this program, which knows ${FORMAT}`,
    );
  }
  const [, keyId, archiveId] = /^.* ([0-9a-f]{16}) ([0-9a-f]{32})\n$/.exec(line) ?? [];
  if (keyId === undefined || archiveId === undefined) {
    throw new ArchiveError('its first line is damaged');
  }
  return { keyId, archiveId };
}

/** The key id of this master key in archive headers. */
export function archiveKeyId(masterKey: Uint8Array): string {
  return derive(masterKey, '', 'archive key id', 8).toString('hex');
}

/** The key of one archive, by HKDF over its whole header: an altered header gives another key. */
export function archiveKey(masterKey: Uint8Array, header: ArchiveHeader): Buffer {
  return derive(masterKey, encodeArchiveHeader(header), 'archive', 32);
}

function derive(masterKey: Uint8Array, salt: Uint8Array | string, purpose: string, octets: number) {
  return Buffer.from(hkdfSync('sha256', masterKey, salt, `scep-connector ${purpose}`, octets));
}
