import { setTimeout as sleep } from 'node:timers/promises';
import { opensRaIdentities } from '../connectors/ra/opens-ra-identities.ts';
import { MINUTE_MS, SECOND_MS } from '../durations.ts';
import type { Logger } from '../observability/logger.ts';
import { defineCollection, putEntry, storedObject } from '../store/collection.ts';
import { StoreUnavailableError } from '../store/record-store.ts';
import type { Wired } from '../wire.ts';
import { isMasterKeyInUse } from './require-master-key.ts';

/** Whether this process can enrol devices, for load balancers and orchestrators. */
export interface Readiness {
  /** Why it cannot, in words fit for anyone; undefined when it can. Resolves within a second. */
  objection(): Promise<string | undefined>;
  /** From now on the process is never ready. */
  retire(): void;
}

interface ReadinessOptions {
  /** May throw and may take long. */
  readonly check: () => Promise<string | undefined>;
  readonly logger: Logger;
  /** Less than the second that a kubelet waits by default, so the kubelet gets the reason. */
  readonly patienceMs?: number;
  /** How long an outcome is reused, so that many probes do not burden the store. */
  readonly freshnessMs?: number;
}

/** Checks when it is asked, and logs when the outcome changes. */
export function createReadiness(options: ReadinessOptions): Readiness {
  const { check, logger, patienceMs = 800, freshnessMs = 1_000 } = options;
  let isRetired = false;
  let known: { readonly objection: string | undefined; readonly at: number } | undefined;
  let checking: Promise<void> | undefined;

  const learn = (objection: string | undefined, cause?: unknown) => {
    const wasReady = known && known.objection === undefined;
    if (objection === undefined && wasReady !== true) logger.info('ready');
    if (objection !== undefined && wasReady !== false) {
      logger.warn({ objection, err: cause }, 'not ready');
    }
    known = { objection, at: performance.now() };
  };
  const runCheck = async () => {
    try {
      learn(await check());
    } catch (error) {
      learn('the server cannot tell whether it is ready', error);
    }
    checking = undefined;
  };

  return {
    async objection() {
      if (isRetired) return 'the server is about to end';
      if (known !== undefined && performance.now() - known.at < freshnessMs) return known.objection;
      checking ??= runCheck();
      const silent = sleep(patienceMs, true, { ref: false });
      if ((await Promise.race([checking, silent])) === true) learn('the store does not answer');
      return known?.objection;
    },
    retire() {
      isRetired = true;
    },
  };
}

/** A record that only shows that the store can be written. */
const probes = defineCollection('probes', storedObject({}));
const PROBE_LIFETIME_MS = MINUTE_MS;
/** A write that succeeded counts for this long, since each may wait for a disk. */
const WRITE_COUNTS_MS = 10 * SECOND_MS;

/**
 * Returns a function that tells why this process cannot enrol: the store cannot be read or written,
 * or the master key does not open the RA keys in it. The CA does not count: while it is unavailable
 * devices can be asked to wait, and a restart would not help.
 */
export function createStoreProbe({
  store,
  sealer,
  clock,
  enrolment,
}: Pick<Wired, 'store' | 'sealer' | 'clock' | 'enrolment'>): () => Promise<string | undefined> {
  let writtenAt = Number.NEGATIVE_INFINITY;
  const tryWriting = async () => {
    if (performance.now() - writtenAt < WRITE_COUNTS_MS) return;
    const expiresAt = clock() + PROBE_LIFETIME_MS;
    await store.commit('installation', [putEntry(probes, 'readyz', {}, { expiresAt })]);
    writtenAt = performance.now();
  };
  return async () => {
    try {
      if (!(await isMasterKeyInUse({ store, sealer }))) {
        return 'the master key is not that of the store';
      }
      await tryWriting();
      const opens = await opensRaIdentities({ ...enrolment, store });
      return opens ? undefined : 'the keys of connectors cannot be opened';
    } catch (error) {
      if (error instanceof StoreUnavailableError) return 'the store cannot be used';
      throw error;
    }
  };
}
