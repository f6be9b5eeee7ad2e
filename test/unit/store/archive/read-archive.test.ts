import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allRecords } from '../../../../src/store/archive/all-records.ts';
import {
  ARCHIVE_HEADER_BYTES,
  ArchiveError,
  archiveKey,
  parseArchiveHeader,
} from '../../../../src/store/archive/archive-header.ts';
import type { ArchivedRecord } from '../../../../src/store/archive/archive-lines.ts';
import { putRecords } from '../../../../src/store/archive/put-records.ts';
import { readArchive } from '../../../../src/store/archive/read-archive.ts';
import { CHUNK_BYTES, sealChunks } from '../../../../src/store/archive/seal-chunks.ts';
import { writeArchive } from '../../../../src/store/archive/write-archive.ts';
import { openInMemoryRecordStore } from '../../../support/fakes/in-memory-record-store.ts';

const NOW = 1_700_000_000_000;
const MASTER_KEY = Buffer.alloc(32, 7);
const OTHER_KEY = Buffer.alloc(32, 8);
const SEALED_CHUNK = CHUNK_BYTES + 16;

async function storeWith(records: readonly ArchivedRecord[]) {
  const store = openInMemoryRecordStore(() => NOW);
  await putRecords(store, records);
  return store;
}

async function archiveOf(records: readonly ArchivedRecord[], archiveId = Buffer.alloc(16, 1)) {
  const store = await storeWith(records);
  const origin = { store, masterKey: MASTER_KEY, archiveId, createdAt: NOW };
  const parts: Buffer[] = [];
  for await (const part of writeArchive(origin)) parts.push(part);
  return Buffer.concat(parts);
}

async function* inParts(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Uint8Array, partSize = 65_536, keys = [MASTER_KEY]) {
  const records: ArchivedRecord[] = [];
  const content = await readArchive(inParts(bytes, partSize), keys, (portion) => {
    records.push(...portion);
  });
  return { records, content };
}

const place = { partition: 'p', collection: 'c', expiresAt: undefined };

/** Values that differ, of a little more than three chunks. */
const LARGE = Array.from({ length: 400 }, (_, i) => ({
  ...place,
  key: String(i).padStart(4, '0'),
  value: createHash('sha512').update(`${i}`).digest('base64').repeat(24),
}));

const name = fc.stringMatching(/^[!-9;-~]{1,20}$/);
const anyRecord = fc.record({
  partition: name,
  collection: fc.constantFrom('c', 'cc', '__proto__', 'constructor'),
  key: fc.stringMatching(/^[ -~]{1,30}$/),
  value: fc.string({ unit: 'binary', maxLength: 40 }),
  expiresAt: fc.option(fc.integer({ min: NOW + 1, max: NOW * 2 }), { nil: undefined }),
});
const anyRecords = fc.uniqueArray(anyRecord, {
  selector: ({ partition, collection, key }) => `${partition}:${collection}:${key}`,
  maxLength: 40,
});

describe('an archive', () => {
  it('returns every record unchanged, however its bytes are split', async () => {
    const roundTrip = async (records: readonly ArchivedRecord[], partSize: number) => {
      const { records: found, content } = await read(await archiveOf(records), partSize);
      expect(found).toHaveLength(records.length);
      expect(new Set(found.map((one) => JSON.stringify(one)))).toEqual(
        new Set(records.map((one) => JSON.stringify(withAllMembers(one)))),
      );
      expect([...content.counts.values()].reduce((a, b) => a + b, 0)).toBe(records.length);
    };
    await fc.assert(fc.asyncProperty(anyRecords, fc.integer({ min: 1, max: 500 }), roundTrip));
  });

  it('is read in portions, even where a chunk ends within a character', async () => {
    const records = [...LARGE, { ...place, key: 'x', value: '👩‍💻ß'.repeat(CHUNK_BYTES / 8) }];
    const bytes = await archiveOf(records);
    expect(bytes.length).toBeGreaterThan(3 * SEALED_CHUNK);
    const sizes: number[] = [];
    const { counts } = await readArchive(inParts(bytes, 99_999), [MASTER_KEY], (portion) => {
      sizes.push(portion.length);
    });
    expect(counts).toEqual(new Map([['c', 401]]));
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    expect((await read(bytes)).records).toEqual(records);
  });

  it('names its format, its time of creation and the key id of its master key', async () => {
    const bytes = await archiveOf(LARGE.slice(0, 3));
    expect(bytes.toString('latin1', 0, ARCHIVE_HEADER_BYTES)).toMatch(
      /^scep-connector archive 1 [0-9a-f]{16} (01){16}\n$/,
    );
    const { content } = await read(bytes, 100, [OTHER_KEY, MASTER_KEY]);
    expect(content).toEqual({
      archiveId: '01'.repeat(16),
      createdAt: NOW,
      counts: new Map([['c', 3]]),
    });
    await expect(read(bytes, 100, [OTHER_KEY])).rejects.toThrow('another master key');
  });

  it('cannot be read without the key, and differs with each id', async () => {
    const one = await archiveOf(LARGE);
    const another = await archiveOf(LARGE, Buffer.alloc(16, 2));
    expect(one.includes(LARGE[0]?.value.slice(0, 20) ?? '')).toBe(false);
    const body = (bytes: Buffer) => bytes.subarray(ARCHIVE_HEADER_BYTES, ARCHIVE_HEADER_BYTES + 32);
    expect(body(one)).not.toEqual(body(another));
  });

  it('omits expired records and counters', async () => {
    let now = NOW;
    const store = openInMemoryRecordStore(() => now);
    await putRecords(store, [
      { ...place, key: 'gone', value: '1', expiresAt: NOW + 1 },
      { ...place, key: 'kept', value: '2', expiresAt: NOW + 2 },
    ]);
    await store.increment('p', 'n', 1);
    now += 1;
    const pages: ArchivedRecord[] = [];
    for await (const page of allRecords(store)) pages.push(...page);
    expect(pages).toEqual([{ ...place, key: 'kept', value: '2', expiresAt: NOW + 2 }]);
  });
});

describe('an archive is refused', () => {
  it('when any bit is changed', async () => {
    const bytes = await archiveOf(LARGE.slice(0, 2));
    const flip = async (at: number, bit: number) => {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
      await expect(read(changed)).rejects.toThrow(ArchiveError);
    };
    const position = fc.integer({ min: 0, max: bytes.length - 1 });
    await fc.assert(fc.asyncProperty(position, fc.integer({ min: 0, max: 7 }), flip));
    for (let at = 0; at < ARCHIVE_HEADER_BYTES; at += 1) await flip(at, at % 8);
  });

  it('when it is cut off anywhere, even between chunks', async () => {
    const bytes = await archiveOf(LARGE);
    const borders = [0, 1, 2, 3].map((chunks) => ARCHIVE_HEADER_BYTES + chunks * SEALED_CHUNK);
    const ends = [...borders, ...borders.map((at) => at + 1), 0, 10, bytes.length - 1];
    for (const end of ends) {
      await expect(read(bytes.subarray(0, end)), `cut off at ${end}`).rejects.toThrow(ArchiveError);
    }
  });

  it('when chunks are exchanged, omitted, repeated or of another archive', async () => {
    const bytes = await archiveOf(LARGE);
    const foreign = await archiveOf(LARGE, Buffer.alloc(16, 2));
    const head = bytes.subarray(0, ARCHIVE_HEADER_BYTES);
    const chunk = (index: number, from = bytes) => {
      const start = ARCHIVE_HEADER_BYTES + index * SEALED_CHUNK;
      return from.subarray(start, start + SEALED_CHUNK);
    };
    const [a, b, c, d] = [chunk(0), chunk(1), chunk(2), chunk(3)];
    expect((await read(Buffer.concat([head, a, b, c, d]))).records).toEqual(LARGE);
    const forged = [
      [b, a, c, d],
      [a, c, d],
      [a, b, c, d, d],
      [a, a, b, c, d],
      [a, b, c, d, a],
      [a, chunk(1, foreign), c, d],
      [chunk(0, foreign), chunk(1, foreign), chunk(2, foreign), d],
    ];
    for (const chunks of forged) {
      await expect(read(Buffer.concat([head, ...chunks]))).rejects.toThrow(ArchiveError);
    }
  });

  it('when something follows it', async () => {
    const bytes = await archiveOf(LARGE.slice(0, 2));
    await expect(read(Buffer.concat([bytes, Buffer.alloc(1)]))).rejects.toThrow(ArchiveError);
  });

  it.each([
    ['{"a":1}\n', 'it is not an archive'],
    ['', 'it is not an archive'],
    ['scep-connector archive 2 and what may come\n', 'newer than this program'],
    [`scep-connector archive 1 ${'0'.repeat(49)}\n`, 'first line is damaged'],
  ])('when it begins with %j', async (text, reason) => {
    await expect(read(Buffer.from(text))).rejects.toThrow(reason);
  });

  it.each([
    ['no trailer', '["p","c","k","v",null]\n', 'other numbers of records than its last line says'],
    [
      'a wrong count',
      '{"createdAt":1,"counts":[["c",1]]}\n',
      'other numbers of records than its last line says',
    ],
    ['an unknown line', '["p","c","k"]\n', 'cannot be read'],
    ['no JSON', 'x\n', 'cannot be read'],
    ['no end', '{"createdAt":1,"counts":[]}', 'no end'],
    ['nothing', '', 'other numbers of records than its last line says'],
  ])('when it was written with %s', async (_, text, reason) => {
    const head = (await archiveOf([])).subarray(0, ARCHIVE_HEADER_BYTES);
    const key = archiveKey(MASTER_KEY, parseArchiveHeader(head));
    const parts: Uint8Array[] = [head];
    for await (const chunk of sealChunks(key, inParts(Buffer.from(text), 1_000))) parts.push(chunk);
    await expect(read(Buffer.concat(parts))).rejects.toThrow(reason);
  });
});

/** As `readArchive` returns records: undefined members are present. */
function withAllMembers({ partition, collection, key, value, expiresAt }: ArchivedRecord) {
  return { partition, collection, key, value, expiresAt };
}
