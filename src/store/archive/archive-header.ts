import { hkdfSync } from 'node:crypto';

/** An archive that cannot be read with the master keys at hand. `message` says why, for the person who has it. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** The first line of an archive, in clear. */
export interface ArchiveHeader {
  /** Names the master key without telling it. */
  readonly keyId: string;
  /** 16 random octets, 32 hexadecimal digits: no two archives have the same. */
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

/** @throws ArchiveError when the file does not begin as an archive of this format does */
export function parseArchiveHeader(bytes: Uint8Array): ArchiveHeader {
  const line = Buffer.from(bytes).toString('latin1');
  const format = new RegExp(`^${NAME} (\\d{1,9})[ \n]`).exec(line)?.[1];
  if (format === undefined) throw new ArchiveError('it is no archive of scep-connector');
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

/** What the header of an archive calls this master key. */
export function archiveKeyId(masterKey: Uint8Array): string {
  return derive(masterKey, '', 'archive key id', 8).toString('hex');
}

/** The key of one archive: HKDF over its whole header, so that another header is another key. */
export function archiveKey(masterKey: Uint8Array, header: ArchiveHeader): Buffer {
  return derive(masterKey, encodeArchiveHeader(header), 'archive', 32);
}

function derive(masterKey: Uint8Array, salt: Uint8Array | string, purpose: string, octets: number) {
  return Buffer.from(hkdfSync('sha256', masterKey, salt, `scep-connector ${purpose}`, octets));
}
