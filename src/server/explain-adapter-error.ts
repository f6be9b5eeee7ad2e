import { UsageError } from '../config/usage-error.ts';
import { BucketError } from '../private-ca/buckets/object-store.ts';
import { KeyStoreError } from '../private-ca/keys/key-store.ts';

/**
 * While the server starts, a token or buckets that cannot be used are for the person who starts it.
 * @throws UsageError in place of a KeyStoreError or BucketError
 */
export function explainAdapterError(error: unknown): never {
  if (error instanceof KeyStoreError) throw new UsageError(`keyStore: ${error.message}`);
  if (error instanceof BucketError) throw new UsageError(`objectStore: ${error.message}`);
  throw error;
}
