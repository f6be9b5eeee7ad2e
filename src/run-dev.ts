import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { encodePem } from './asn1/pem.ts';
import type { DevConnection } from './cli/dev-banner.ts';
import { devBanner } from './cli/dev-banner.ts';
import type { DevSettings } from './config/dev-settings.ts';
import { loadMasterKey } from './config/master-key.ts';
import { UsageError } from './config/usage-error.ts';
import { connectorPath } from './connectors/connector-path.ts';
import { renewRaIdentity } from './connectors/renew-ra-identity.ts';
import { rotateRaIdentity } from './connectors/rotate-ra-identity.ts';
import { resumeTransactions } from './enrolment/unfinished-transactions.ts';
import { createEnrolApp } from './http/enrol-listener.ts';
import { createOpsApp } from './http/ops-listener.ts';
import { reachableUrl } from './http/reachable-url.ts';
import type { RunningListener } from './http/start-listener.ts';
import { startListener } from './http/start-listener.ts';
import { slowIssuer } from './issuer/slow-issuer.ts';
import { createLogger } from './observability/logger.ts';
import type { DevInstallation } from './prepare-dev.ts';
import { DEV_SCOPE, explainSealError, prepareDev } from './prepare-dev.ts';
import type { Chore } from './start-chore.ts';
import { startChore } from './start-chore.ts';
import type { Wired } from './wire.ts';
import { wire } from './wire.ts';

/** Milliseconds that requests under way have to finish once the server has been told to stop. */
const DRAIN_GRACE = 10_000;
const RA_RENEWAL_INTERVAL = 3_600_000;
const UNFINISHED_INTERVAL = 2_000;

/** Runs `scep-connector dev` until SIGTERM or SIGINT, then drains. */
export async function runDev(settings: DevSettings): Promise<void> {
  const stopped = stopSignal();
  const logger = createLogger(settings.logLevel);
  if (settings.readyFile !== undefined) await rm(settings.readyFile, { force: true });
  await makeDataDir(settings.dataDir);
  const masterKey = await loadMasterKey(settings.dataDir);
  const storeDir = join(settings.dataDir, 'store');
  const wired = await wire(
    { storeDir, masterKey, scope: DEV_SCOPE },
    { issuer: (embedded) => slowIssuer(embedded, settings.caDelay, Date.now) },
  );
  const listeners: RunningListener[] = [];
  const chores: Chore[] = [];
  const listen = async (app: RequestListener, port: number) => {
    const listener = await startListener(app, { host: settings.host, port });
    listeners.push(listener);
    return reachableUrl(listener.url);
  };
  try {
    const installation = await prepareDev(wired).catch(explainSealError);
    const { connector } = installation;
    if (settings.rotateRa) await rotateRaIdentity(wired, connector, { activeInMs: 0 });
    chores.push(
      startChore('RA renewal', RA_RENEWAL_INTERVAL, logger, () =>
        renewRaIdentity(wired, connector),
      ),
      startChore('unfinished transactions', UNFINISHED_INTERVAL, logger, () =>
        resumeTransactions(wired),
      ),
    );
    const enrolApp = createEnrolApp({ ...wired, logger });
    const opsApp = createOpsApp(() => readiness(wired, installation));
    const enrolUrl = await listen(enrolApp, settings.enrolPort);
    const opsUrl = await listen(opsApp, settings.opsPort);
    const connection = await describe(wired, installation, settings, { enrolUrl, opsUrl });
    if (settings.readyFile !== undefined) await writeReadyFile(settings.readyFile, connection);
    process.stdout.write(devBanner(connection));
    logger.warn({ tags: installation.connector.tags }, WARNING);
    logger.info({ signal: await stopped }, 'draining');
  } finally {
    await Promise.all(listeners.map((listener) => listener.drain(DRAIN_GRACE)));
    await Promise.all(chores.map((chore) => chore.stop()));
    await wired.store.close();
  }
}

const WARNING =
  'this development connector accepts single DES and SHA-1 so that any client can be tried; do not use it in production';

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UsageError(`--data-dir ${dataDir} cannot be made (${reason}); choose another`);
  }
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

/** Store and RA key, never the CA's health: devices can be told to come back, pods need not be restarted for it. */
async function readiness(
  { enrolment }: Wired,
  { connector }: DevInstallation,
): Promise<string | undefined> {
  const identities = await enrolment.findRaIdentities(connector.id).catch(() => undefined);
  return identities ? undefined : 'the RA identity cannot be read';
}

async function describe(
  { issuer }: Wired,
  { connector, challengePassword }: DevInstallation,
  { dataDir, publicUrl }: DevSettings,
  urls: { readonly enrolUrl: string; readonly opsUrl: string },
): Promise<DevConnection> {
  const { certificate } = await issuer.describeAuthority(connector.certificateAuthorityArn);
  const caCertificateFile = join(dataDir, 'ca.pem');
  await writeFile(caCertificateFile, encodePem('CERTIFICATE', certificate));
  return {
    scepUrl: `${publicUrl ?? urls.enrolUrl}${connectorPath(connector)}`,
    challengePassword,
    caFingerprintSha256: createHash('sha256').update(certificate).digest('hex'),
    caThumbprintSha1: createHash('sha1').update(certificate).digest('hex'),
    caCertificateFile,
    region: connector.region,
    accountId: connector.accountId,
    connectorArn: connector.arn,
    certificateAuthorityArn: connector.certificateAuthorityArn,
    ...urls,
  };
}

/** Under its name only when whole: whoever waits for the file reads it at once. It holds the challenge. */
async function writeReadyFile(file: string, connection: DevConnection): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  try {
    await writeFile(unfinished, `${JSON.stringify(connection, null, 2)}\n`, { mode: 0o600 });
    await rename(unfinished, file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UsageError(`--ready-file ${file} cannot be written (${reason}); choose another`);
  }
}
