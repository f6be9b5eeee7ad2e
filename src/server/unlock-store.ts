import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../observability/logger.ts';
import { StoreUnavailableError } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';
import type { StoreLock } from '../store/store-lock.ts';
import { guardByMasterKey, type MasterKeyGuard } from './master-key-guard.ts';
import { requireMasterKey } from './require-master-key.ts';

const PAUSE_MS = 500;

export interface Unlocking {
  /**
   * Resolves to true once the master key is known to be the store's, and to false if `stop` is
   * called before. Rejects with UsageError when the master key is another one.
   */
  readonly unlocked: Promise<boolean>;
  /** As `MasterKeyGuard.check`, once the lock has been opened. @throws StoreUnavailableError */
  check(): Promise<void>;
  /** The store is no longer watched. */
  stop(): void;
}

/**
 * Opens the lock as soon as the master key is known to be the store's. A store that does not answer
 * is asked until it does, because a server may start before its store. Resolves after the first
 * attempt.
 * @throws UsageError when the key is another one
 */
export async function unlockStore(
  lock: StoreLock,
  sealer: Sealer,
  logger: Logger,
): Promise<Unlocking> {
  const stopping = new AbortController();
  const tryAgain = () => tryKey(lock, sealer, logger);
  const first = await tryAgain();
  const guard = () => guardByMasterKey(lock, sealer, logger);
  if (first === undefined) return { unlocked: Promise.resolve(true), ...guard() };
  logger.warn(
    { detail: first.message },
    'the store does not answer; until it does, every answer is 503',
  );
  const unlocked = keepTrying(tryAgain, stopping.signal);
  // The caller awaits it later; until then a rejection must not count as unhandled.
  unlocked.catch(() => undefined);
  let guarding: MasterKeyGuard | undefined;
  unlocked.then(
    (is) => {
      if (!is) return;
      logger.info('the store answers');
      guarding = guard();
    },
    () => undefined,
  );
  return {
    unlocked,
    check: async () => guarding?.check(),
    stop() {
      stopping.abort();
      guarding?.stop();
    },
  };
}

async function keepTrying(
  tryAgain: () => Promise<StoreUnavailableError | undefined>,
  stopping: AbortSignal,
): Promise<boolean> {
  for (;;) {
    const isStopped = await sleep(PAUSE_MS, false, { signal: stopping }).catch(() => true);
    if (isStopped) return false;
    if ((await tryAgain()) === undefined) return true;
  }
}

async function tryKey(
  lock: StoreLock,
  sealer: Sealer,
  logger: Logger,
): Promise<StoreUnavailableError | undefined> {
  try {
    const isNew = await lock.unlock((store) => requireMasterKey({ store, sealer }));
    if (isNew) logger.warn('the store is empty: it begins anew under this master key');
    return undefined;
  } catch (error) {
    if (error instanceof StoreUnavailableError) return error;
    throw error;
  }
}
