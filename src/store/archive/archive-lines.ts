import { z } from 'zod';
import { ArchiveError } from './archive-header.ts';

/** A record in an archive: without its version, which means nothing in another store. */
export interface ArchivedRecord {
  readonly partition: string;
  readonly collection: string;
  readonly key: string;
  readonly value: string;
  /** Milliseconds since the epoch, or undefined when the record does not expire. */
  readonly expiresAt: number | undefined;
}

/** The number of records by the name of their collection, in the order of the names. */
export type RecordCounts = ReadonlyMap<string, number>;

/** The last line of an archive. */
export interface ArchiveTrailer {
  /** When the export began, in milliseconds since the epoch. */
  readonly createdAt: number;
  readonly counts: RecordCounts;
}

const recordLine = z
  .tuple([z.string(), z.string(), z.string(), z.string(), z.number().nullable()])
  .transform(([partition, collection, key, value, expiresAt]): ArchivedRecord => {
    return { partition, collection, key, value, expiresAt: expiresAt ?? undefined };
  });
const trailerLine = z.strictObject({
  createdAt: z.number(),
  counts: z.array(z.tuple([z.string(), z.number()])).transform((counts) => new Map(counts)),
});
const anyLine = z.union([recordLine, trailerLine]);

export function formatRecordLine(record: ArchivedRecord): string {
  const { partition, collection, key, value, expiresAt } = record;
  return `${JSON.stringify([partition, collection, key, value, expiresAt ?? null])}\n`;
}

export function formatTrailerLine({ createdAt, counts }: ArchiveTrailer): string {
  return `${JSON.stringify({ createdAt, counts: [...counts] })}\n`;
}

/** @throws ArchiveError when the line is neither a record nor a trailer */
export function parseArchiveLine(line: string): ArchivedRecord | ArchiveTrailer {
  const parsed = anyLine.safeParse(parseJson(line));
  if (parsed.success) return parsed.data;
  throw new ArchiveError('a line in it cannot be read; another version of this program wrote it');
}

/** Undefined, which fits no line, for text that is not JSON: the parser's error quotes the text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface RecordCounter {
  add(records: readonly ArchivedRecord[]): void;
  counts(): RecordCounts;
}

/** Counts records by the name of their collection. */
export function createRecordCounter(): RecordCounter {
  const counts = new Map<string, number>();
  return {
    add(records) {
      for (const { collection } of records) {
        counts.set(collection, (counts.get(collection) ?? 0) + 1);
      }
    },
    counts: () => new Map([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}
