import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadedSettings } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { createClientAddress } from '../http/client-address.ts';
import { createEnrolListener } from '../http/enrol-listener.ts';
import { limitLoad } from '../http/limit-load.ts';
import { createOpsListener } from '../http/ops-listener.ts';
import { createLogger, type Logger } from '../observability/logger.ts';
import { createStoreLock, type StoreLock } from '../store/store-lock.ts';
import { closeWired, type Wired, type WireOverrides, wire } from '../wire.ts';
import { wireApi } from '../wire-api.ts';
import { announceServer, type ServerUrls } from './announce-server.ts';
import { createBackgroundWork } from './background-work.ts';
import { createReadiness, createStoreProbe } from './create-readiness.ts';
import { openCredentials } from './open-credentials.ts';
import { openListeners } from './open-listeners.ts';
import { explainSealError } from './require-master-key.ts';
import type { Chore } from './start-chore.ts';
import { startChores } from './start-chores.ts';
import { endAtLast, stopSignal } from './stop-signal.ts';
import { type Unlocking, unlockStore } from './unlock-store.ts';
import { explainAdapterError, wireSettings } from './wire-settings.ts';
import type { WorkerPart } from './worker-part.ts';

/** What `dev` and `serve` add to the server. */
export interface ServerPlan {
  readonly overrides?: WireOverrides;
  /** Runs before the listeners open; the function that it returns runs once they listen. */
  readonly prepare?: (wired: Wired) => Promise<(urls: ServerUrls, logger: Logger) => Promise<void>>;
  /** Set in a worker process: then the primary announces the server and answers probes. */
  readonly worker?: WorkerPart | undefined;
}

/**
 * Runs a server until SIGTERM or SIGINT, then drains. The data directory must exist.
 * @throws UsageError for what the person who starts it can correct; the system's error for an
 *   address in use
 */
export async function runServer(loaded: LoadedSettings, plan: ServerPlan): Promise<void> {
  const { settings } = loaded;
  const stopped = stopSignal();
  const { worker } = plan;
  const logger = loggerOf(settings, worker);
  let { publicUrl } = settings;
  const credentials = await openCredentials(loaded, logger);
  const lock = createStoreLock();
  const { refuse, refused } = createRefusal(lock);
  const parts = wireSettings(loaded, () => publicUrl, logger, refuse);
  const overrides = { ...plan.overrides, guardStore: lock.guard };
  const wired = await wire(parts, overrides).catch(explainAdapterError);
  const background = createBackgroundWork(logger);
  const chores: Chore[] = [];
  const listeners = openListeners(logger);
  const probes = openListeners(logger);
  const readiness = createReadiness({ check: createStoreProbe(wired), logger });
  let unlocking: Unlocking | undefined;
  try {
    unlocking = await unlockStore(lock, wired.sealer, logger);
    const { unlocked, check: requireStore } = unlocking;
    const announce = await plan.prepare?.(wired).catch(explainSealError);
    const { enrol, ops } = settings;
    const load = limitLoad({ maxConcurrent: enrol.maxConcurrent, logger });
    const clientAddress = createClientAddress(settings.trustedProxies);
    const app = createEnrolListener({ ...wired, load, publicUrl, clientAddress, logger });
    const enrolLocalUrl = await listeners.open(app, enrol);
    const enrolUrl = publicUrl ?? enrolLocalUrl;
    publicUrl = enrolUrl;
    // Certificates name the address, so chores start when it is known.
    chores.push(...startChores(wired, unlocked, logger));
    const api = wireApi(wired, settings, {
      ...{ ...credentials, enrolUrl, requireStore, logger },
      inBackground: background.start,
    });
    const apiUrl = await listeners.open(api, settings.api);
    const urls = { enrolUrl, enrolLocalUrl, apiUrl };
    const tell = (opsUrl: string) => announce?.({ ...urls, opsUrl }, logger);
    const failing: Promise<never>[] = [];
    if (worker) {
      failing.push(worker.onFirst(tell));
      worker.report(urls, readiness.objection);
    } else {
      const opsUrl = await probes.open(createOpsListener(readiness.objection, logger), ops);
      announceServer({ ...urls, opsUrl }, loaded, logger);
      await tell(opsUrl);
    }
    // `unlocked` rejects when the master key is wrong, which ends the server too.
    const signal = await Promise.race([stopped, unlocked.then(() => stopped), refused, ...failing]);
    logger.info({ signal }, 'draining');
    readiness.retire();
    listeners.retire();
    await sleep(settings.drainDelaySeconds * 1_000);
  } finally {
    unlocking?.stop();
    await listeners.drain(settings.drainSeconds * 1_000);
    endAtLast(logger, wired.privateCa.creation.underWay);
    await probes.drain(0);
    await Promise.all(chores.map((chore) => chore.stop()));
    await background.settled();
    await credentials.stop();
    await closeWired(wired);
  }
}

/** `refused` rejects with a UsageError once the store must not be used, which shuts it at once. */
function createRefusal(lock: StoreLock) {
  let refuse: (fault: string) => void = () => undefined;
  const refused = new Promise<never>((_, reject) => {
    refuse = (fault) => {
      lock.close(fault);
      reject(new UsageError(`store.redis: ${fault}`));
    };
  });
  // It is awaited once the listeners are open.
  refused.catch(() => undefined);
  return { refuse: (fault: string) => refuse(fault), refused };
}

/** A worker's number is in each of its log lines. */
function loggerOf({ logLevel }: Settings, worker: WorkerPart | undefined): Logger {
  const logger = createLogger(logLevel);
  return worker ? logger.child({ worker: worker.number }) : logger;
}
