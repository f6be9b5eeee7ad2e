import { KeyStoreError } from '../key-store.ts';
import { CK } from './cryptoki.ts';
import { findTokenObjects } from './find-token-objects.ts';
import type { TokenSession } from './session-pool.ts';

/**
 * Destroys both halves of a key pair; does nothing when they are already gone.
 * @throws pkcs11js's error
 */
export function destroyTokenKey(session: TokenSession, keyId: string): void {
  const id = { type: CK.CKA_ID, value: Buffer.from(keyId, 'hex') };
  for (const object of findTokenObjects(session, [id])) {
    session.cryptoki.C_DestroyObject(session.handle, object);
  }
  session.keys.delete(keyId);
}

/**
 * Destroys a key that the token made after the caller had stopped waiting.
 * @returns the fault to report, so that no abandoned key goes unnoticed
 */
export function destroyLateKey(session: TokenSession, keyId: string): KeyStoreError {
  const late = `the token made the key ${keyId} too late`;
  try {
    destroyTokenKey(session, keyId);
    return new KeyStoreError('unavailable', `${late}; it is destroyed`);
  } catch (cause) {
    const message = `${late} and does not destroy it; it stays until its CA has another key, or somebody looks`;
    return new KeyStoreError('unavailable', message, { cause });
  }
}
