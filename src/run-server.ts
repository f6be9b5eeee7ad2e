import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBackgroundWork } from './background-work.ts';
import { checkReadiness } from './check-readiness.ts';
import type { LoadedSettings } from './config/load-settings.ts';
import { tlsFilesOf } from './config/load-settings.ts';
import type { ListenerSettings } from './config/settings.ts';
import { renewRaIdentities } from './connectors/renew-ra-identities.ts';
import { resumeConnectors } from './connectors/unfinished-connectors.ts';
import { createReadiness } from './create-readiness.ts';
import { resumeTransactions } from './enrolment/unfinished-transactions.ts';
import { explainAdapterError } from './explain-adapter-error.ts';
import { createEnrolApp } from './http/enrol-listener.ts';
import { limitLoad } from './http/limit-load.ts';
import { createOpsApp } from './http/ops-listener.ts';
import { watchEventLoop } from './http/watch-event-loop.ts';
import type { Logger } from './observability/logger.ts';
import { createLogger } from './observability/logger.ts';
import { openCredentials } from './open-credentials.ts';
import { openListeners } from './open-listeners.ts';
import { destroyDeletedKeys } from './private-ca/destroy-deleted-keys.ts';
import type { PutFailure } from './private-ca/put-revocation-lists.ts';
import { createListPutter } from './private-ca/put-revocation-lists.ts';
import { explainSealError } from './require-master-key.ts';
import type { Chore } from './start-chore.ts';
import { startChore } from './start-chore.ts';
import { stopSignal } from './stop-signal.ts';
import { createStoreLock } from './store/lock-store.ts';
import type { Unlocking } from './unlock-store.ts';
import { unlockStore } from './unlock-store.ts';
import type { Wired, WireOverrides, WireSettings } from './wire.ts';
import { wire } from './wire.ts';
import { wireApi } from './wire-api.ts';

/** Where the listeners are reached, such as http://127.0.0.1:8080. */
export interface ServerUrls {
  /** As devices see it: publicUrl where there is one. */
  readonly enrolUrl: string;
  readonly apiUrl: string;
  readonly opsUrl: string;
}

/** What a way to run the server adds to it. */
export interface ServerPlan {
  readonly overrides?: WireOverrides;
  /** Done before anybody is let in; gives what is to be done once everybody is. */
  readonly prepare?: (wired: Wired) => Promise<(urls: ServerUrls, logger: Logger) => Promise<void>>;
}

const HOUR = 3_600_000;
const QUARTER_MINUTE = 15_000;
const SOON = 2_000;

/**
 * Runs a server on a data directory that is there, until SIGTERM or SIGINT, then drains.
 * @throws UsageError for what the person who starts it can put right; the system's error for an address that is taken
 */
export async function runServer(loaded: LoadedSettings, plan: ServerPlan): Promise<void> {
  const { settings } = loaded;
  const stopped = stopSignal();
  const logger = createLogger(settings.logLevel);
  let { publicUrl } = settings;
  const credentials = await openCredentials(loaded, logger);
  const lock = createStoreLock();
  const wired = await wire(
    wireSettings(loaded, () => publicUrl, logger),
    {
      ...plan.overrides,
      guardStore: lock.guard,
    },
  ).catch(explainAdapterError);
  const background = createBackgroundWork(logger);
  const chores: Chore[] = [];
  const listeners = openListeners(logger);
  const probes = openListeners(logger);
  const readiness = createReadiness({ check: () => checkReadiness(wired), logger });
  let unlocking: Unlocking | undefined;
  try {
    unlocking = await unlockStore(lock, wired.sealer, logger);
    const { unlocked } = unlocking;
    const announce = await plan.prepare?.(wired).catch(explainSealError);
    const { maxConcurrent } = settings.enrol;
    const load = limitLoad({ maxConcurrent, logger, delay: watchEventLoop() });
    const enrolApp = createEnrolApp({ ...wired, load, logger });
    const enrolListener = await listeners.open(enrolApp, settings.enrol);
    const enrolUrl = publicUrl ?? enrolListener;
    publicUrl = enrolUrl;
    // After the address is known, which certificates name.
    chores.push(...startChores(wired, unlocked, logger));
    const api = wireApi(wired, settings, { ...credentials, enrolUrl, background, logger });
    const apiUrl = await listeners.open(api, settings.api);
    const opsUrl = await probes.open(createOpsApp(readiness.objection), settings.ops);
    const urls = { enrolUrl, apiUrl, opsUrl };
    logger.info(urls, 'listening');
    if (isExposedInClear(settings.api)) logger.warn({ apiUrl }, EXPOSED_IN_CLEAR);
    await announce?.(urls, logger);
    // A key that proves to be wrong ends the server too.
    const signal = await Promise.race([stopped, unlocked.then(() => stopped)]);
    logger.info({ signal }, 'draining');
    readiness.retire();
    listeners.retire();
    await sleep(settings.drainDelaySeconds * 1_000);
  } finally {
    unlocking?.stop();
    await listeners.drain(settings.drainSeconds * 1_000);
    await probes.drain(0);
    await Promise.all(chores.map((chore) => chore.stop()));
    await background.settled();
    await Promise.allSettled(wired.privateCa.creations.values());
    await Promise.allSettled(wired.privateCa.auditReports.values());
    await credentials.stop();
    await wired.privateCa.tokenKeys?.close();
    await wired.store.close();
  }
}

function wireSettings(
  { settings, masterKey, otherMasterKey, token }: LoadedSettings,
  publicUrl: () => string | undefined,
  logger: Logger,
): WireSettings {
  return {
    storeDir: join(settings.dataDir, 'store'),
    authorityQuota: settings.quotas.certificateAuthorities,
    ...{ masterKey, otherMasterKey, publicUrl },
    s3: settings.objectStore.kind === 's3' ? settings.objectStore : undefined,
    acmPca: settings.issuer.kind === 'acm-pca' ? atAws(settings.issuer, logger) : undefined,
    token: token && {
      ...token,
      forNewKeys: settings.keyStore.kind === 'pkcs11',
      report: (err) => logger.error({ err }, 'the token with CA keys does not work'),
    },
  };
}

/** @param unlocked as `unlockStore` gives it: before, there is nothing that they could do */
function startChores(wired: Wired, unlocked: Promise<boolean>, logger: Logger): Chore[] {
  const mayRun = unlocked.catch(() => false);
  const every = (ms: number, name: string, run: () => Promise<unknown>) =>
    startChore(name, ms, logger, async () => (await mayRun) && run());
  const putLists = createListPutter(wired.privateCa, reportBucket(logger));
  return [
    every(HOUR, 'keys of deleted CAs', () => destroyDeletedKeys(wired.privateCa)),
    every(QUARTER_MINUTE, 'CRLs into buckets', putLists),
    every(HOUR, 'RA renewal', () => renewRaIdentities(wired)),
    every(SOON, 'unfinished connectors', () => resumeConnectors(wired)),
    every(SOON, 'unfinished transactions', () => resumeTransactions(wired)),
  ];
}

const EXPOSED_IN_CLEAR =
  'the API listens on the network without TLS, and its answers hold challenge passwords; set api.tls, or put TLS in front of it';

function reportBucket(logger: Logger): PutFailure {
  return (authorityArn, err) =>
    logger.error(
      { authorityArn, err },
      'a CRL could not be put into its bucket; in 15 minutes it will be tried again',
    );
}

function atAws(issuer: LoadedSettings['settings']['issuer'], logger: Logger) {
  const report = (message: string, err?: unknown) => logger.warn({ err }, message);
  return { ...issuer, report };
}

function isExposedInClear(listener: ListenerSettings): boolean {
  const isLoopback = /^(127\.|::1$|localhost$)/.test(listener.host);
  return !isLoopback && tlsFilesOf(listener) === undefined;
}
