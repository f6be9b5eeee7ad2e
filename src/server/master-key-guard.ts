import { SECOND_MS } from '../durations.ts';
import type { Logger } from '../observability/logger.ts';
import { StoreUnavailableError } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';
import type { StoreLock } from '../store/store-lock.ts';
import { isMasterKeyInUse } from './require-master-key.ts';

export interface MasterKeyGuard {
  /**
   * Shuts the store unless the mark of this server's master key is in it, and opens it again once
   * it is. @throws StoreUnavailableError
   */
  check(): Promise<void>;
  stop(): void;
}

const LOST =
  'the store no longer has the mark of this master key: it was emptied, exchanged or resealed; restore it, or restart the server to begin anew';
const LOOK_EVERY_MS = SECOND_MS;

/**
 * Refuses to use a store that was emptied or exchanged while the server runs: what is sealed and
 * written into it would be lost with the next restore. Looks every second, and whenever `check` is
 * called. Begin once the lock has been opened.
 */
export function guardByMasterKey(lock: StoreLock, sealer: Sealer, logger: Logger): MasterKeyGuard {
  let isLost = false;
  const check = async () => {
    try {
      await lock.unlock(async (store) => {
        if (!(await isMasterKeyInUse({ store, sealer }))) throw new LostMarkError(LOST);
      });
    } catch (error) {
      if (!(error instanceof LostMarkError)) throw error;
      lock.shut(error.message);
      if (!isLost) logger.error(error.message);
      isLost = true;
      throw error;
    }
    if (isLost) logger.info('the store has the mark of this master key again');
    isLost = false;
  };
  // A store that does not answer is reported by the calls that need it.
  const timer = setInterval(() => void check().catch(() => undefined), LOOK_EVERY_MS);
  timer.unref();
  return { check, stop: () => clearInterval(timer) };
}

class LostMarkError extends StoreUnavailableError {}
