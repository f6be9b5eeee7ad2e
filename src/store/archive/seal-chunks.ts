import { createCipheriv, createDecipheriv } from 'node:crypto';
import { ArchiveError } from './archive-header.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Plain octets of each chunk. The last has 1 to as many, or none for an empty stream. */
export const CHUNK_BYTES = 262_144;

/**
 * Encrypts a stream in chunks, each with AES-256-GCM (the STREAM construction of Hoang,
 * Reyhanitabar, Rogaway and Vizár, 2015). The nonce holds the number of the chunk and whether it is
 * the last, so no chunk can be left out, moved or appended.
 * @param key must be used for this stream alone
 */
export async function* sealChunks(
  key: Uint8Array,
  plaintext: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  let index = 0;
  for await (const { bytes, isLast } of cutChunks(plaintext, CHUNK_BYTES)) {
    const cipher = createCipheriv(ALGORITHM, key, nonceOf(index, isLast), {
      authTagLength: TAG_BYTES,
    });
    index += 1;
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }
}

/**
 * Decrypts the output of `sealChunks`, chunk by chunk.
 * @throws ArchiveError at the first chunk that was altered, moved or cut off
 */
export async function* openChunks(
  key: Uint8Array,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  let index = 0;
  for await (const { bytes, isLast } of cutChunks(sealed, CHUNK_BYTES + TAG_BYTES)) {
    yield openChunk(key, nonceOf(index, isLast), bytes);
    index += 1;
  }
}

function openChunk(key: Uint8Array, nonce: Uint8Array, bytes: Buffer): Buffer {
  const tagStart = bytes.length - TAG_BYTES;
  if (tagStart < 0) throw damaged();
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(tagStart));
  const plaintext = decipher.update(bytes.subarray(0, tagStart));
  try {
    return Buffer.concat([plaintext, decipher.final()]);
  } catch {
    throw damaged();
  }
}

function nonceOf(index: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(index, NONCE_BYTES - 7, 6);
  nonce.writeUInt8(isLast ? 1 : 0, NONCE_BYTES - 1);
  return nonce;
}

interface Chunk {
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

/** Chunks of `size` octets, and one with the rest. */
async function* cutChunks(parts: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Chunk> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const part of parts) {
    rest = Buffer.concat([rest, part]);
    while (rest.length > size) {
      yield { bytes: rest.subarray(0, size), isLast: false };
      rest = rest.subarray(size);
    }
  }
  yield { bytes: rest, isLast: true };
}

function damaged(): ArchiveError {
  return new ArchiveError('it is damaged or incomplete');
}
