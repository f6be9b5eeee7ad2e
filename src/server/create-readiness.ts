import { setTimeout as sleep } from 'node:timers/promises';
import { opensRaIdentities } from '../connectors/ra/opens-ra-identities.ts';
import type { Logger } from '../observability/logger.ts';
import { StoreUnavailableError } from '../store/record-store.ts';
import type { Wired } from '../wire.ts';
import { isMasterKeyInUse } from './require-master-key.ts';

/** Whether this process can enrol devices, for whoever sends them to it. */
export interface Readiness {
  /** What is in the way, in words for anybody; undefined when nothing is. It takes less than a second. */
  objection(): Promise<string | undefined>;
  /** From now on the process wants no more requests. */
  retire(): void;
}

interface ReadinessOptions {
  /** Looks once. It may throw, and may take its time. */
  readonly check: () => Promise<string | undefined>;
  readonly logger: Logger;
  /** Milliseconds. Below the second that a kubelet waits, so that it is told the reason. */
  readonly patience?: number;
  /** Milliseconds that an outcome stands, so that no storm of probes becomes one of the store. */
  readonly freshness?: number;
}

/** Looks when it is asked, and logs when the outcome changes. */
export function createReadiness(options: ReadinessOptions): Readiness {
  const { check, logger, patience = 800, freshness = 1_000 } = options;
  let isRetired = false;
  let known: { readonly objection: string | undefined; readonly at: number } | undefined;
  let looking: Promise<void> | undefined;

  const learn = (objection: string | undefined, cause?: unknown) => {
    const wasReady = known && known.objection === undefined;
    if (objection === undefined && wasReady !== true) logger.info('ready');
    if (objection !== undefined && wasReady !== false) {
      logger.warn({ objection, err: cause }, 'not ready');
    }
    known = { objection, at: performance.now() };
  };
  const look = async () => {
    try {
      learn(await check());
    } catch (error) {
      learn('the server cannot tell whether it is ready', error);
    }
    looking = undefined;
  };

  return {
    async objection() {
      if (isRetired) return 'the server is about to end';
      if (known !== undefined && performance.now() - known.at < freshness) return known.objection;
      looking ??= look();
      const silent = sleep(patience, true, { ref: false });
      if ((await Promise.race([looking, silent])) === true) learn('the store does not answer');
      return known?.objection;
    },
    retire() {
      isRetired = true;
    },
  };
}

/**
 * What keeps this process from enrolling: the store, or a master key that does not open the RA keys in it. Never the CA's health: while
 * that is away devices can be told to come back, and no restart would help.
 */
export async function checkReadiness({
  store,
  sealer,
  enrolment,
}: Pick<Wired, 'store' | 'sealer' | 'enrolment'>): Promise<string | undefined> {
  try {
    if (!(await isMasterKeyInUse({ store, sealer }))) {
      return 'the master key is not that of the store';
    }
    const opens = await opensRaIdentities({ ...enrolment, store });
    return opens ? undefined : 'the keys of connectors cannot be opened';
  } catch (error) {
    if (error instanceof StoreUnavailableError) return 'the store cannot be used';
    throw error;
  }
}
