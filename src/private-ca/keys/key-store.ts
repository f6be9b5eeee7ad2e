import type { KeyAlgorithm } from '../model/key-algorithms.ts';
import type { KeyRecord, TokenKey } from '../records/key-record.ts';
import type { SigningKey } from './signing-key.ts';

/**
 * The port to authorities' private keys, with two adapters: keys sealed in the record store, and
 * keys in a PKCS #11 token. One contract suite tests both (test/contract/key-store-contract.ts).
 */
export interface KeyStore<Key extends KeyRecord> {
  /**
   * Makes a key pair.
   * @throws KeyStoreError, with the fault 'unsupported' when the store cannot make keys of the
   *   algorithm
   */
  generate(authorityId: string, keyAlgorithm: KeyAlgorithm): Promise<NewKey<Key>>;
  /**
   * @throws KeyStoreError, at the latest when signing; SealError for a key under another master key
   */
  open(authorityId: string, key: Key): Promise<SigningKey>;
}

export interface NewKey<Key extends KeyRecord> {
  /** The record to store, with which the key is opened again. */
  readonly record: Key;
  /** DER. */
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly signingKey: SigningKey;
  /** Destroys the key, when its record could not be stored. */
  discard(): Promise<void>;
}

/** A store whose keys live outside the record store, so that each must be destroyed on its own. */
export interface TokenKeyStore extends KeyStore<TokenKey> {
  /** All keys that this program has made in the token, for any record store. */
  list(): Promise<readonly KeyInToken[]>;
  /** Does nothing when the key is already gone. */
  destroy(keyId: string): Promise<void>;
  /** Logs out. No call may follow. */
  close(): Promise<void>;
}

export interface KeyInToken {
  readonly keyId: string;
  readonly authorityId: string;
}

/** Why a key cannot be used. */
export type KeyStoreFault =
  /** The token is absent or refuses; it may come back. */
  | 'unavailable'
  /** The token does not have the mechanism. */
  | 'unsupported'
  /** The configuration is wrong, until somebody changes it. */
  | 'misconfigured';

/** `message` may be logged: it contains names of tokens, but no PIN. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError';
  readonly fault: KeyStoreFault;

  constructor(fault: KeyStoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}
