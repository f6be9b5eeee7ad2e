import { setTimeout as sleep } from 'node:timers/promises';
import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { omitUndefined } from '../../omit-undefined.ts';
import { CredentialsError } from './classify-failure.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** `forceRefresh` bypasses its cache. */
type CredentialProvider = (options?: {
  readonly forceRefresh?: boolean;
}) => Promise<AwsCredentials>;

export interface ClientSettings {
  /** URL of another implementation of the API. */
  readonly endpoint?: string | undefined;
  /** By default the chain of the AWS SDKs: environment, profile, IRSA, Pod Identity, instance. */
  readonly credentials?: CredentialProvider | undefined;
}

// A device may wait for all of these, one after the other.
const CONNECT_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 5_000;
const CREDENTIALS_TIMEOUT_MS = 4_000;

/**
 * Opens one client for each region, which keeps its connections. The SDK itself retries no call.
 */
export function openRegionClients({
  endpoint,
  // Without ignoreCache, files would be read only once.
  credentials = defaultProvider({ ignoreCache: true }),
}: ClientSettings): (region: string) => ACMPCAClient {
  const clients = new Map<string, ACMPCAClient>();
  const open = (region: string) =>
    new ACMPCAClient({
      region,
      maxAttempts: 1,
      credentials: explained(credentials),
      ...omitUndefined({ endpoint }),
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
      },
    });
  return (region) => {
    const client = clients.get(region) ?? open(region);
    clients.set(region, client);
    return client;
  };
}

/**
 * Fetches new credentials for the next call. The SDK does so by itself shortly before credentials
 * expire, but credentials of a file name no expiry, and a slow clock notices it too late. An error
 * is ignored here: the next call meets it again and reports it.
 */
export function renewCredentials({ config }: ACMPCAClient): void {
  config.credentials({ forceRefresh: true }).catch(() => undefined);
}

/** Throws CredentialsError, so that a failure of STS is not taken for one of Private CA. */
function explained(credentials: CredentialProvider): CredentialProvider {
  return async (options) => {
    const late = new AbortController();
    try {
      const { signal } = late;
      return await Promise.race([credentials(options), tooLate(signal)]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      throw new CredentialsError(reason, { cause: error });
    } finally {
      late.abort();
    }
  };
}

async function tooLate(signal: AbortSignal): Promise<never> {
  await sleep(CREDENTIALS_TIMEOUT_MS, undefined, { signal });
  throw new Error(`no credentials within ${CREDENTIALS_TIMEOUT_MS} ms`);
}
