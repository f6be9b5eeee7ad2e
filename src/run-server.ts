import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { createBackgroundWork } from './background-work.ts';
import type { LoadedSettings } from './config/load-settings.ts';
import { tlsFilesOf } from './config/load-settings.ts';
import type { ListenerSettings } from './config/settings.ts';
import { renewRaIdentities } from './connectors/renew-ra-identities.ts';
import { resumeConnectors } from './connectors/unfinished-connectors.ts';
import { resumeTransactions } from './enrolment/unfinished-transactions.ts';
import { explainAdapterError } from './explain-adapter-error.ts';
import { createEnrolApp } from './http/enrol-listener.ts';
import { createOpsApp } from './http/ops-listener.ts';
import { reachableUrl } from './http/reachable-url.ts';
import type { Logger } from './observability/logger.ts';
import { createLogger } from './observability/logger.ts';
import { openCredentials } from './open-credentials.ts';
import type { OpenListener } from './open-listener.ts';
import { openListener } from './open-listener.ts';
import { destroyDeletedKeys } from './private-ca/destroy-deleted-keys.ts';
import type { PutFailure } from './private-ca/put-revocation-lists.ts';
import { createListPutter } from './private-ca/put-revocation-lists.ts';
import { explainSealError, requireMasterKey } from './require-master-key.ts';
import type { Chore } from './start-chore.ts';
import { startChore } from './start-chore.ts';
import type { Wired, WireOverrides } from './wire.ts';
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
  const { settings, masterKey, otherMasterKey, token } = loaded;
  const stopped = stopSignal();
  const logger = createLogger(settings.logLevel);
  const storeDir = join(settings.dataDir, 'store');
  const authorityQuota = settings.quotas.certificateAuthorities;
  let { publicUrl } = settings;
  const credentials = await openCredentials(loaded, logger);
  const wired = await wire(
    {
      ...{ storeDir, masterKey, otherMasterKey, authorityQuota },
      publicUrl: () => publicUrl,
      s3: settings.objectStore.kind === 's3' ? settings.objectStore : undefined,
      acmPca: settings.issuer.kind === 'acm-pca' ? atAws(settings.issuer, logger) : undefined,
      token: token && {
        ...token,
        forNewKeys: settings.keyStore.kind === 'pkcs11',
        report: (err) => logger.error({ err }, 'the token with CA keys does not work'),
      },
    },
    plan.overrides,
  ).catch(explainAdapterError);
  const background = createBackgroundWork(logger);
  const chores: Chore[] = [];
  const listeners: OpenListener[] = [];
  const listen = async (app: RequestListener, where: ListenerSettings): Promise<string> => {
    const listener = await openListener(app, where, logger);
    listeners.push(listener);
    return reachableUrl(listener.url);
  };
  const every = (ms: number, name: string, run: () => Promise<unknown>) =>
    chores.push(startChore(name, ms, logger, run));
  try {
    const announce = await plan.prepare?.(wired).catch(explainSealError);
    await requireMasterKey(wired).catch(explainSealError);
    const enrolListener = await listen(createEnrolApp({ ...wired, logger }), settings.enrol);
    const enrolUrl = publicUrl ?? enrolListener;
    publicUrl = enrolUrl;
    // After the address is known, which certificates name.
    every(HOUR, 'keys of deleted CAs', () => destroyDeletedKeys(wired.privateCa));
    every(
      QUARTER_MINUTE,
      'CRLs into buckets',
      createListPutter(wired.privateCa, reportBucket(logger)),
    );
    every(HOUR, 'RA renewal', () => renewRaIdentities(wired));
    every(SOON, 'unfinished connectors', () => resumeConnectors(wired));
    every(SOON, 'unfinished transactions', () => resumeTransactions(wired));
    const api = wireApi(wired, settings, { ...credentials, enrolUrl, background, logger });
    const apiUrl = await listen(api, settings.api);
    const opsUrl = await listen(
      createOpsApp(() => readiness(wired)),
      settings.ops,
    );
    const urls = { enrolUrl, apiUrl, opsUrl };
    logger.info(urls, 'listening');
    if (isExposedInClear(settings.api)) logger.warn({ apiUrl }, EXPOSED_IN_CLEAR);
    await announce?.(urls, logger);
    logger.info({ signal: await stopped }, 'draining');
  } finally {
    const graceMs = settings.drainSeconds * 1_000;
    await Promise.all(listeners.map((listener) => listener.drain(graceMs)));
    await Promise.all(chores.map((chore) => chore.stop()));
    await background.settled();
    await Promise.allSettled(wired.privateCa.creations.values());
    await Promise.allSettled(wired.privateCa.auditReports.values());
    await credentials.stop();
    await wired.privateCa.tokenKeys?.close();
    await wired.store.close();
  }
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

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

/** The store, never the CA's health: devices can be told to come back, and pods need not be restarted for it. */
async function readiness({ store }: Wired): Promise<string | undefined> {
  try {
    await store.get('installation', 'readiness', 'probe');
    return undefined;
  } catch {
    return 'the store cannot be read';
  }
}
