import type { ContentCipher } from './content-ciphers.ts';
import { createDerivationLane } from './derivation-lane.ts';
import { openContent } from './open-enveloped-data.ts';
import type { EnvelopedData } from './parse-enveloped-data.ts';
import { derivationCost, deriveKey, deriveKeySync } from './password-key-derivation.ts';
import { type PasswordEncryption, passwordEncryption } from './password-recipient.ts';
import { unwrapContentKey } from './wrap-content-key.ts';

export interface OpenedByPassword {
  readonly content: Uint8Array;
  /** The password that opened it. */
  readonly password: string;
}

const MAX_PASSWORDS = 8;
/** Computations of the pseudo-random function for one envelope, over all passwords: 15 to 30 ms. */
const MAX_COST = 40_000;
/** Of this process. */
const inLane = createDerivationLane();

/**
 * Opens an envelope with the first of `passwords` that fits. Tries at most 8, and fewer when the
 * envelope makes each of them expensive; that limit is known before the first password is requested
 * or a key derived. Only the first PasswordRecipientInfo counts.
 *
 * Undefined when no password opens it, whatever the reason: a wrong password, a changed key and a
 * changed ciphertext take the same path through the code, so that they cannot be told apart.
 * @throws UnsupportedAlgorithmError or DecodeError for the unencrypted parts, as
 *   `passwordEncryption`; DerivationBusyError
 */
export async function openPasswordEnvelope(
  envelope: EnvelopedData,
  cipher: ContentCipher,
  passwords: AsyncIterable<string> | Iterable<string>,
): Promise<OpenedByPassword | undefined> {
  const lock = lockOf(envelope, cipher);
  if (lock === undefined) return undefined;
  const { derivation, cipher: keyCipher } = lock.encryption;
  let attempts = affordableAttempts(lock.encryption);
  if (attempts === 0) return undefined;
  for await (const password of passwords) {
    const key = await inLane(() => deriveKey(password, derivation, keyCipher.keyLength));
    const content = openWithKey(lock, key);
    if (content !== undefined) return { content, password };
    attempts -= 1;
    if (attempts === 0) return undefined;
  }
  return undefined;
}

/** Opens an envelope with one password on the calling thread, for a client. */
export function openPasswordEnvelopeSync(
  envelope: EnvelopedData,
  cipher: ContentCipher,
  password: string,
): Uint8Array | undefined {
  const lock = lockOf(envelope, cipher);
  if (lock === undefined) return undefined;
  const { derivation, cipher: keyCipher } = lock.encryption;
  const key = deriveKeySync(password, derivation, keyCipher.keyLength);
  return openWithKey(lock, key);
}

/** An envelope with what its first PasswordRecipientInfo says about the key that opens it. */
interface PasswordLock {
  readonly envelope: EnvelopedData;
  readonly cipher: ContentCipher;
  readonly encryption: PasswordEncryption;
  readonly encryptedKey: Uint8Array;
}

function lockOf(envelope: EnvelopedData, cipher: ContentCipher): PasswordLock | undefined {
  const [recipient] = envelope.passwordRecipients;
  if (recipient === undefined) return undefined;
  const { encryptedKey } = recipient;
  return { envelope, cipher, encryption: passwordEncryption(recipient), encryptedKey };
}

function affordableAttempts({ derivation, cipher }: PasswordEncryption): number {
  const cost = derivationCost(derivation, cipher.keyLength);
  return Math.min(MAX_PASSWORDS, Math.floor(MAX_COST / cost));
}

function openWithKey(
  { envelope, cipher, encryption, encryptedKey }: PasswordLock,
  key: Uint8Array,
): Uint8Array | undefined {
  const wrapping = { cipher: encryption.cipher, key, iv: encryption.iv };
  const unwrapped = unwrapContentKey(encryptedKey, wrapping, cipher.keyLength);
  if (unwrapped === undefined) return undefined;
  const content = openContent(envelope, cipher, unwrapped.contentKey);
  return unwrapped.intact ? content : undefined;
}
