import { StoreUnavailableError } from '../record-store.ts';
import type { Tables } from './open-tables.ts';

/**
 * Runs `action` in a write transaction that other waiting actions share, and resolves when it is on
 * the disk. An action that throws must do so before its first write: its own writes are not rolled
 * back.
 * @throws StoreUnavailableError with the reason when the disk write fails; then nothing is written
 */
export async function transact<T>({ environment }: Tables, action: () => T): Promise<T> {
  try {
    return await environment.transaction(action);
  } catch (error) {
    throw await commitFailure(error);
  }
}

/** lmdb tells the reason by a rejected promise, which must be handled or the process would end. */
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
