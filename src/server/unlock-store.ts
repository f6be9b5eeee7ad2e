import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../observability/logger.ts';
import { StoreUnavailableError } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';
import type { StoreLock } from '../store/store-lock.ts';
import { requireMasterKey } from './require-master-key.ts';

const PAUSE = 500;

export interface Unlocking {
  /**
   * Resolves to true when the master key was found to be the one of the store, and to false when `stop` came first.
   * Rejects with UsageError when it is another one.
   */
  readonly unlocked: Promise<boolean>;
  stop(): void;
}

/**
 * Opens the lock as soon as the store tells that the master key is its own. A store that does not answer is asked until it does:
 * a server may be started before its store, and outlive it.
 * @returns after the first attempt
 * @throws UsageError when the key is another one
 */
export async function unlockStore(
  lock: StoreLock,
  sealer: Sealer,
  logger: Logger,
): Promise<Unlocking> {
  const stopping = new AbortController();
  const hindrance = () => tryKey(lock, sealer);
  const first = await hindrance();
  if (first === undefined) return { unlocked: Promise.resolve(true), stop: () => undefined };
  logger.warn(
    { detail: first.message },
    'the store does not answer; until it does, every answer is 503',
  );
  const unlocked = keepTrying(hindrance, stopping.signal);
  // The caller sees a rejection when it comes to wait; until then it must not count as unhandled.
  unlocked.catch(() => undefined);
  unlocked.then(
    (is) => is && logger.info('the store answers'),
    () => undefined,
  );
  return { unlocked, stop: () => stopping.abort() };
}

async function keepTrying(
  hindrance: () => Promise<StoreUnavailableError | undefined>,
  stopping: AbortSignal,
): Promise<boolean> {
  for (;;) {
    const isStopped = await sleep(PAUSE, false, { signal: stopping }).catch(() => true);
    if (isStopped) return false;
    if ((await hindrance()) === undefined) return true;
  }
}

async function tryKey(lock: StoreLock, sealer: Sealer): Promise<StoreUnavailableError | undefined> {
  try {
    await lock.unlock((store) => requireMasterKey({ store, sealer }));
    return undefined;
  } catch (error) {
    if (error instanceof StoreUnavailableError) return error;
    throw error;
  }
}
