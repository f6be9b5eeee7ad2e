import { isDeepStrictEqual } from 'node:util';
import {
  ARCHIVE_HEADER_BYTES,
  ArchiveError,
  archiveKey,
  archiveKeyId,
  parseArchiveHeader,
} from './archive-header.ts';
import {
  type ArchivedRecord,
  type ArchiveTrailer,
  createRecordCounter,
  parseArchiveLine,
} from './archive-lines.ts';
import { openChunks } from './seal-chunks.ts';

export interface ArchiveContent extends ArchiveTrailer {
  readonly archiveId: string;
}

/** Receives the records in portions of about a quarter of a MiB, in the order of the archive. */
export type TakeRecords = (records: readonly ArchivedRecord[]) => Promise<void> | void;

/**
 * Reads an archive to its end. Each portion is authentic, but only when the promise resolves was
 * the archive complete.
 * @param masterKeys one of them must be the key of the archive
 * @throws ArchiveError when it has another key or a newer format, or is damaged or cut off
 */
export async function readArchive(
  bytes: AsyncIterable<Uint8Array>,
  masterKeys: readonly Uint8Array[],
  take: TakeRecords,
): Promise<ArchiveContent> {
  const { head, tail } = await splitAt(bytes, ARCHIVE_HEADER_BYTES);
  const header = parseArchiveHeader(head);
  const masterKey = masterKeys.find((key) => archiveKeyId(key) === header.keyId);
  if (masterKey === undefined) throw new ArchiveError('it was made under another master key');
  const counter = createRecordCounter();
  let trailer: ArchiveTrailer | undefined;
  for await (const lines of wholeLines(openChunks(archiveKey(masterKey, header), tail))) {
    const parsed = lines.map(parseArchiveLine);
    const records = parsed.filter((line) => 'key' in line);
    trailer = parsed.find((line) => 'counts' in line);
    counter.add(records);
    await take(records);
  }
  if (trailer === undefined || !isDeepStrictEqual(trailer.counts, counter.counts())) {
    throw new ArchiveError('it holds other numbers of records than its last line says');
  }
  return { ...trailer, archiveId: header.archiveId };
}

async function splitAt(bytes: AsyncIterable<Uint8Array>, length: number) {
  const parts = bytes[Symbol.asyncIterator]();
  let read = Buffer.alloc(0);
  while (read.length < length) {
    const part = await parts.next();
    if (part.done) break;
    read = Buffer.concat([read, part.value]);
  }
  const tail = async function* () {
    yield read.subarray(length);
    yield* { [Symbol.asyncIterator]: () => parts };
  };
  return { head: read.subarray(0, length), tail: tail() };
}

/** The lines that each chunk completes, without line ends. */
async function* wholeLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    // A chunk may end within a character, so only whole lines are decoded.
    const end = bytes.lastIndexOf(0x0a) + 1;
    rest = bytes.subarray(end);
    if (end > 0) yield bytes.toString('utf8', 0, end - 1).split('\n');
  }
  if (rest.length > 0) throw new ArchiveError('its last line has no end');
}
