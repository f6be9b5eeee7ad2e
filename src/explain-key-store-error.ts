import { UsageError } from './config/usage-error.ts';
import { KeyStoreError } from './private-ca/key-store.ts';

/** While the server starts, a token that cannot be used is for the person who starts it. @throws UsageError in place of a KeyStoreError */
export function explainKeyStoreError(error: unknown): never {
  if (!(error instanceof KeyStoreError)) throw error;
  throw new UsageError(`keyStore: ${error.message}`);
}
