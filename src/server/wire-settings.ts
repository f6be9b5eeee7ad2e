import { join } from 'node:path';
import type { LoadedSettings } from '../config/load-settings.ts';
import { UsageError } from '../config/usage-error.ts';
import type { WarnOfCertificate } from '../connectors/warn-of-certificates.ts';
import { MINUTE_MS } from '../durations.ts';
import { logRarely } from '../observability/log-rarely.ts';
import type { Logger } from '../observability/logger.ts';
import { withoutRepeats } from '../observability/without-repeats.ts';
import { BucketError } from '../private-ca/buckets/object-store.ts';
import { KeyStoreError } from '../private-ca/keys/key-store.ts';
import { UnusableStoreError } from '../store/record-store.ts';
import type { WireSettings } from '../wire.ts';

/**
 * Turns the settings of a server into those of `wire`.
 * @param publicUrl where devices reach the enrol listener, once it is known
 * @param logger logs faults that no answer to a request reports
 * @param refuse ends the server for a fault of the store that it must not be used with
 */
export function wireSettings(
  { settings, masterKey, otherMasterKey, token, redis }: LoadedSettings,
  publicUrl: () => string | undefined,
  logger: Logger,
  refuse?: (fault: string) => void,
): WireSettings {
  const logToken = logRarely(logger, 'the token with CA keys does not work', 'error');
  return {
    storeDir: join(settings.dataDir, 'store'),
    redis: redis && { ...redis, report: (fault) => logger.warn(fault), refuse },
    authorityQuota: settings.quotas.certificateAuthorities,
    ...{ masterKey, otherMasterKey, publicUrl },
    // At most half of the requests may wait for a slow CA; the rest is kept for other CAs.
    seats: Math.ceil(settings.enrol.maxConcurrent / 2),
    reportUncertain: (issuing) =>
      logger.error(issuing, 'the CA may have issued a certificate that no device receives'),
    reportUnreadable: reportUnreadable(logger),
    reportCreation: (authorityArn, err) =>
      logger.error({ authorityArn, err }, 'a CA has no key yet; making it will be tried again'),
    warnOfCertificate: warnOnce(logger),
    s3: settings.objectStore.kind === 's3' ? settings.objectStore : undefined,
    acmPca: settings.issuer.kind === 'acm-pca' ? atAws(settings.issuer, logger) : undefined,
    token: token && {
      ...token,
      forNewKeys: settings.keyStore.kind === 'pkcs11',
      report: (err) => logToken({ err }),
    },
  };
}

/** The same warning comes again each hour; a person needs it once. */
function warnOnce(logger: Logger): WarnOfCertificate {
  const isNews = withoutRepeats(Number.POSITIVE_INFINITY);
  return (connectorArn, warning) => {
    if (isNews(`${connectorArn} ${warning}`)) logger.warn({ connectorArn }, warning);
  };
}

/** Lists and chores meet a record every few seconds. */
function reportUnreadable(logger: Logger): NonNullable<WireSettings['reportUnreadable']> {
  const isNews = withoutRepeats(10 * MINUTE_MS);
  return ({ partition, collection, key, message: detail }, consequence) => {
    const record = { partition, collection, key, detail, consequence };
    if (isNews(JSON.stringify(record))) logger.error(record, 'a stored record cannot be read');
  };
}

function atAws(issuer: LoadedSettings['settings']['issuer'], logger: Logger) {
  const report = (message: string, err?: unknown) => logger.warn({ err }, message);
  return { ...issuer, report };
}

/**
 * Shows the person who starts a server that a token, the buckets or the store cannot be used.
 * @throws UsageError in place of a KeyStoreError, BucketError or UnusableStoreError
 */
export function explainAdapterError(error: unknown): never {
  if (error instanceof KeyStoreError) throw new UsageError(`keyStore: ${error.message}`);
  if (error instanceof UnusableStoreError) throw new UsageError(`dataDir: ${error.message}`);
  if (error instanceof BucketError) throw new UsageError(`objectStore: ${error.message}`);
  throw error;
}
