import { StoreUnavailableError } from '../record-store.ts';
import type { Tables } from './open-tables.ts';

/**
 * Runs `action` in a write transaction, together with the others that wait for the lock, and resolves when all of it is
 * on the disk. An action that throws must do so before its first write: its writes alone are not taken back.
 * @throws StoreUnavailableError with the reason when the disk does not take it; then nothing of it is written.
 */
export async function transact<T>({ environment }: Tables, action: () => T): Promise<T> {
  try {
    return await environment.transaction(action);
  } catch (error) {
    throw await commitFailure(error);
  }
}

/** lmdb hands the reason over in a promise that rejects, and an unhandled rejection would end the process. */
async function commitFailure(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new StoreUnavailableError(`the record store cannot write: ${reason}`, { cause });
  }
}
