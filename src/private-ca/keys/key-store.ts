import type { KeyAlgorithm } from '../model/key-algorithms.ts';
import type { KeyRecord, TokenKey } from '../records/key-record.ts';
import type { SigningKey } from './signing-key.ts';

/**
 * The port to authorities' private keys. Two adapters implement it (sealed in the record store, PKCS #11) and one contract
 * suite tests both: test/contract/key-store-contract.ts.
 */
export interface KeyStore<Key extends KeyRecord> {
  /** Makes a key pair. @throws KeyStoreError, 'unsupported' when it cannot make keys of the algorithm */
  generate(authorityId: string, keyAlgorithm: KeyAlgorithm): Promise<NewKey<Key>>;
  /** @throws KeyStoreError, when signing at the latest; SealError for a key under another master key */
  open(authorityId: string, key: Key): Promise<SigningKey>;
}

export interface NewKey<Key extends KeyRecord> {
  /** What to store in order to open the key again. */
  readonly record: Key;
  /** DER. */
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly signingKey: SigningKey;
  /** Destroys the key: its record was not stored. */
  discard(): Promise<void>;
}

/** A store whose keys are no records, so that they must be destroyed one by one. */
export interface TokenKeyStore extends KeyStore<TokenKey> {
  /** The keys that this program has made, for whatever record store. */
  list(): Promise<readonly KeyInToken[]>;
  /** Does nothing when it is gone already. */
  destroy(keyId: string): Promise<void>;
  /** Logs out. No other call may follow. */
  close(): Promise<void>;
}

export interface KeyInToken {
  readonly keyId: string;
  readonly authorityId: string;
}

/** Why a key cannot be used. */
export type KeyStoreFault =
  /** The token is away, or refuses; it may be back later. */
  | 'unavailable'
  /** The token does not know the mechanism. */
  | 'unsupported'
  /** What is configured is wrong, and stays so until somebody changes it. */
  | 'misconfigured';

/** `message` is fit for the log: it names tokens, never PINs. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError';
  readonly fault: KeyStoreFault;

  constructor(fault: KeyStoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}
