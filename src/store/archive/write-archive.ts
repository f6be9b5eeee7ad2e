import type { RecordStore } from '../record-store.ts';
import { allRecords } from './all-records.ts';
import { archiveKey, archiveKeyId, encodeArchiveHeader } from './archive-header.ts';
import { createRecordCounter, formatRecordLine, formatTrailerLine } from './archive-lines.ts';
import { sealChunks } from './seal-chunks.ts';

export interface ArchiveOrigin {
  readonly store: RecordStore;
  /** 32 octets; reading the archive needs it. */
  readonly masterKey: Uint8Array;
  /** 16 octets, used for this archive alone. */
  readonly archiveId: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/**
 * Writes an archive of every live record of the store: an unencrypted line (archive-header.ts),
 * then lines of JSON (archive-lines.ts) encrypted in chunks (seal-chunks.ts). It leaves counters
 * out. The store may be in use: see `allRecords`.
 */
export async function* writeArchive(origin: ArchiveOrigin): AsyncGenerator<Buffer> {
  const { masterKey, archiveId } = origin;
  const keyId = archiveKeyId(masterKey);
  const header = { keyId, archiveId: Buffer.from(archiveId).toString('hex') };
  yield encodeArchiveHeader(header);
  yield* sealChunks(archiveKey(masterKey, header), archiveLines(origin));
}

async function* archiveLines({ store, createdAt }: ArchiveOrigin): AsyncGenerator<Buffer> {
  const counter = createRecordCounter();
  for await (const records of allRecords(store)) {
    counter.add(records);
    yield Buffer.from(records.map(formatRecordLine).join(''));
  }
  yield Buffer.from(formatTrailerLine({ createdAt, counts: counter.counts() }));
}
