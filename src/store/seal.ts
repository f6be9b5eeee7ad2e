import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** What a sealed value throws when it cannot be opened. One message for every cause: it must not say which. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** Keeps secrets in the record store: encrypted under a master key that the store never sees. */
export interface Sealer {
  /**
   * Encrypts `plaintext` for one place, named by `context` (as `connector/<id>/challenge/<id>`). The same context opens
   * it again and no other does, so a sealed value cannot be moved to another record.
   */
  seal(plaintext: Uint8Array, context: string): string;
  /** @throws SealError when the value was sealed under another key or context, or was altered. */
  open(sealed: string, context: string): Uint8Array;
  /**
   * A keyed digest by which a secret can be found without being stored: HMAC-SHA256 as 64 hex digits. Equal values give
   * equal digests within one context and unrelated ones in another.
   */
  digest(value: string, context: string): string;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';
const FORMAT = 'v1';

/**
 * A sealer on AES-256-GCM with random nonces, which are safe for 2^32 seals under one key (NIST SP 800-38D section 8.3).
 * A sealed value is `v1.<key id>.<base64url of nonce, ciphertext, tag>`. The key id names the master key without telling
 * it, so that rotation can find the right one of several.
 * @throws RangeError when the master key is not 32 bytes.
 */
export function createSealer(masterKey: Uint8Array): Sealer {
  if (masterKey.length !== KEY_BYTES)
    throw new RangeError(`the master key must be ${KEY_BYTES} bytes, not ${masterKey.length}`);
  const sealingKey = subkey(masterKey, 'sealing', KEY_BYTES);
  const digestKey = subkey(masterKey, 'digest', KEY_BYTES);
  const header = `${FORMAT}.${subkey(masterKey, 'key id', 8).toString('hex')}.`;
  // The header has a fixed length, so header and context together are unambiguous.
  const additionalData = (context: string) => Buffer.from(header + context);

  return {
    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, sealingKey, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(additionalData(context));
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      return header + Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]).toString('base64url');
    },
    open(sealed, context) {
      if (!sealed.startsWith(header)) throw unopenable();
      const bytes = decodeBase64Url(sealed.slice(header.length));
      return decrypt(sealingKey, bytes, additionalData(context));
    },
    digest(value, context) {
      // The length keeps ('ab', 'c') and ('a', 'bc') apart.
      return createHmac('sha256', digestKey)
        .update(`${context.length}:${context}`)
        .update(value)
        .digest('hex');
    },
  };
}

/** HKDF (RFC 5869) with SHA-256: independent keys for each purpose from one master key. */
function subkey(masterKey: Uint8Array, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, '', `scep-connector ${purpose}`, bytes));
}

function decrypt(key: Uint8Array, bytes: Uint8Array, additionalData: Uint8Array): Uint8Array {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw unopenable();
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tagStart = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(additionalData);
  decipher.setAuthTag(bytes.subarray(tagStart));
  const plaintext = decipher.update(bytes.subarray(NONCE_BYTES, tagStart));
  try {
    return Uint8Array.from(Buffer.concat([plaintext, decipher.final()]));
  } catch {
    throw unopenable();
  }
}

/** Strict: Buffer alone would skip foreign characters, and altered text would open. */
function decodeBase64Url(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw unopenable();
  return bytes;
}

function unopenable(): SealError {
  return new SealError('the sealed value cannot be opened: wrong key, wrong place or altered');
}
