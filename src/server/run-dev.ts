import { createHash } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePem } from '../asn1/pem.ts';
import type { Credential } from '../aws-wire/credential.ts';
import { type DevConnection, devBanner } from '../cli/dev-banner.ts';
import { print } from '../cli/terminal/print.ts';
import { loadDevCredential } from '../config/dev-credential.ts';
import { type DevSettings, devServerSettings } from '../config/dev-settings.ts';
import { warningOfMode } from '../config/exposed-files.ts';
import { loadMasterKey } from '../config/load-master-key.ts';
import { makeDataDir } from '../config/make-data-dir.ts';
import { withOtherMasterKey } from '../config/read-master-key-files.ts';
import { UsageError } from '../config/usage-error.ts';
import { connectorPath } from '../connectors/connector-urls.ts';
import { rotateRaIdentity } from '../connectors/ra/rotate-ra-identity.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { Wired } from '../wire.ts';
import type { ServerUrls } from './announce-server.ts';
import { DEV_SCOPE, type DevInstallation, prepareDev } from './prepare-dev.ts';
import { runOnCores } from './run-on-cores.ts';
import { runServer } from './run-server.ts';

const WARNING =
  'this development connector accepts single DES and SHA-1 so that any client can be tried; do not use it in production';

/** Runs `scep-connector dev` until SIGTERM or SIGINT, then drains. */
export async function runDev(dev: DevSettings): Promise<void> {
  const { dataDir, readyFile, caDelay, otherMasterKeyFile } = dev;
  if (readyFile !== undefined) await rm(readyFile, { force: true });
  await makeDataDir(dataDir);
  const masterKeys = await withOtherMasterKey(await loadMasterKey(dataDir), otherMasterKeyFile);
  const credential = await loadDevCredential(dataDir, DEV_SCOPE.accountId);
  const settings = devServerSettings(dev);
  // The start itself is not delayed.
  const ca = { delayMs: 0 };
  const loaded = { settings, ...masterKeys, credential };
  await runOnCores(loaded, (worker) =>
    runServer(loaded, {
      worker,
      ...(caDelay > 0
        ? { overrides: { issuer: (embedded) => slowIssuer(embedded, () => ca.delayMs, Date.now) } }
        : {}),
      prepare: async (wired) => {
        const installation = await prepareDev(wired);
        const { connector } = installation;
        const isFirst = worker === undefined || worker.number === 1;
        if (dev.rotateRa && isFirst) await rotateRaIdentity(wired, connector, { activeInMs: 0 });
        ca.delayMs = caDelay;
        return async (urls, logger) => {
          const connection = await describe(wired, installation, credential, { dataDir, ...urls });
          if (readyFile !== undefined) await writeReadyFile(readyFile, connection);
          print(devBanner(connection));
          logger.warn({ tags: connector.tags }, WARNING);
          const exposed = await warningOfMode(join(dataDir, 'master.key'));
          if (exposed !== undefined) logger.warn(exposed);
        };
      },
    }),
  );
}

async function describe(
  { issuer }: Wired,
  { connector, challengePassword }: DevInstallation,
  { accessKeyId, secretAccessKey }: Credential,
  { dataDir, ...urls }: ServerUrls & Pick<DevSettings, 'dataDir'>,
): Promise<DevConnection> {
  const { certificate } = await issuer.describeAuthority(connector.certificateAuthorityArn);
  const caCertificateFile = join(dataDir, 'ca.pem');
  await writeFile(caCertificateFile, encodePem('CERTIFICATE', certificate));
  return {
    scepUrl: `${urls.enrolUrl}${connectorPath(connector)}`,
    challengePassword,
    caFingerprintSha256: createHash('sha256').update(certificate).digest('hex'),
    caThumbprintSha1: createHash('sha1').update(certificate).digest('hex'),
    caCertificateFile,
    region: connector.region,
    accountId: connector.accountId,
    connectorArn: connector.arn,
    certificateAuthorityArn: connector.certificateAuthorityArn,
    accessKeyId,
    secretAccessKey: secretAccessKey.export().toString('utf8'),
    ...urls,
  };
}

/**
 * Renames the file when it is complete, because scripts that wait for it read it at once. It holds
 * the challenge and the access key.
 */
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

/**
 * Delays every certificate by `delayMs()`, to show how clients and administrators wait.
 * Certificates that an earlier process asked for are ready at once.
 */
function slowIssuer(
  { local: _, ...issuer }: Issuer,
  delayMs: () => number,
  clock: () => number,
): Issuer {
  const readyAt = new Map<string, number>();
  return {
    ...issuer,
    issueCertificate: async (request) => {
      const certificateArn = await issuer.issueCertificate(request);
      if (!readyAt.has(certificateArn)) readyAt.set(certificateArn, clock() + delayMs());
      return certificateArn;
    },
    getCertificate: async (authorityArn, certificateArn) =>
      (readyAt.get(certificateArn) ?? 0) > clock()
        ? undefined
        : issuer.getCertificate(authorityArn, certificateArn),
  };
}
