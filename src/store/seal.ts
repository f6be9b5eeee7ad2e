import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';

/** A sealed value cannot be opened. The message is the same for every cause, so it reveals none. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/**
 * A sealed value in a record. Every schema with a sealed member uses it: by this mark a test finds
 * the collections that `master-key reseal` must know (src/local-commands/sealed-collections.ts).
 */
export const sealedText = z.string().meta({ sealed: true }).brand('Sealed');
export type Sealed = z.infer<typeof sealedText>;

/** Encrypts secrets for the record store under a master key that the store never sees. */
export interface Sealer {
  /**
   * Encrypts `plaintext` for one place, named by `context` (such as
   * `connector/<id>/challenge/<id>`). Only the same context opens it again, so a sealed value
   * cannot be moved to another record.
   */
  seal(plaintext: Uint8Array, context: string): Sealed;
  /** @throws SealError when the value was sealed under another key or context, or was altered */
  open(sealed: Sealed, context: string): Uint8Array;
  /** Whether the value's key id is that of the key that `seal` uses. */
  isCurrent(sealed: Sealed): boolean;
  /**
   * Keyed digests that find a secret without storing it: HMAC-SHA256 as 64 hex digits. The first is
   * the one to store; the second is under the other master key. Equal values have equal digests
   * within one context and unrelated digests in different contexts.
   */
  digests(value: string, context: string): readonly [current: string, ...other: string[]];
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';
const FORMAT = 'v1';

/**
 * Seals with AES-256-GCM and random nonces, which is safe for 2^32 seals under one key (NIST
 * SP 800-38D section 8.3). A sealed value is `v1.<key id>.<base64url of nonce, ciphertext, tag>`.
 * The key id tells two master keys apart without revealing them.
 * @param otherMasterKey opens and digests too, but never seals, while the master key is changed
 * @throws RangeError when a master key is not 32 bytes, or both are the same
 */
export function createSealer(masterKey: Uint8Array, otherMasterKey?: Uint8Array): Sealer {
  const current = deriveKeys(masterKey);
  const other = otherMasterKey && deriveKeys(otherMasterKey);
  if (current.header === other?.header) throw new RangeError('the two master keys are the same');

  return {
    seal: (plaintext, context) => encrypt(current, plaintext, context),
    open(sealed, context) {
      const keys = [current, other].find((one) => one && sealed.startsWith(one.header));
      if (keys === undefined) throw unopenable();
      const bytes = decodeBase64Url(sealed.slice(keys.header.length));
      return decrypt(keys, bytes, context);
    },
    isCurrent: (sealed) => sealed.startsWith(current.header),
    digests(value, context) {
      const first = digest(current, value, context);
      return other === undefined ? [first] : [first, digest(other, value, context)];
    },
  };
}

interface DerivedKeys {
  readonly sealing: Buffer;
  readonly digest: Buffer;
  /** Has a fixed length, so header and context together are unambiguous. */
  readonly header: string;
}

function deriveKeys(masterKey: Uint8Array): DerivedKeys {
  if (masterKey.length !== KEY_BYTES)
    throw new RangeError(`the master key must be ${KEY_BYTES} bytes, not ${masterKey.length}`);
  return {
    sealing: subkey(masterKey, 'sealing', KEY_BYTES),
    digest: subkey(masterKey, 'digest', KEY_BYTES),
    header: `${FORMAT}.${subkey(masterKey, 'key id', 8).toString('hex')}.`,
  };
}

/** Derives independent keys for each purpose from one master key: HKDF (RFC 5869) with SHA-256. */
function subkey(masterKey: Uint8Array, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, '', `scep-connector ${purpose}`, bytes));
}

function encrypt({ sealing, header }: DerivedKeys, plaintext: Uint8Array, context: string): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, sealing, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(header + context));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const bytes = Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]);
  return sealedText.parse(header + bytes.toString('base64url'));
}

function decrypt({ sealing, header }: DerivedKeys, bytes: Uint8Array, context: string): Uint8Array {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw unopenable();
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tagStart = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, sealing, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(header + context));
  decipher.setAuthTag(bytes.subarray(tagStart));
  const plaintext = decipher.update(bytes.subarray(NONCE_BYTES, tagStart));
  try {
    return Uint8Array.from(Buffer.concat([plaintext, decipher.final()]));
  } catch {
    throw unopenable();
  }
}

function digest(keys: DerivedKeys, value: string, context: string): string {
  // The length keeps ('ab', 'c') and ('a', 'bc') apart.
  return createHmac('sha256', keys.digest)
    .update(`${context.length}:${context}`)
    .update(value)
    .digest('hex');
}

/** Buffer alone would skip foreign characters, and altered text would open. */
function decodeBase64Url(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw unopenable();
  return bytes;
}

function unopenable(): SealError {
  return new SealError('the sealed value cannot be opened: wrong key, wrong place or altered');
}
