import { setTimeout as sleep } from 'node:timers/promises';
import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { CredentialsError } from './classify-failure.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** `forceRefresh`: not those that it remembers. */
type CredentialProvider = (options?: {
  readonly forceRefresh?: boolean;
}) => Promise<AwsCredentials>;

export interface ClientSettings {
  /** Of another implementation. */
  readonly endpoint?: string | undefined;
  /** Default: the chain of AWS SDKs, such as environment, profile, IRSA, Pod Identity, instance. */
  readonly credentials?: CredentialProvider | undefined;
}

/** Milliseconds. A device waits for the sum of some. */
const CONNECT_WITHIN = 2_000;
const SILENT_AT_MOST = 5_000;
const CREDENTIALS_WITHIN = 4_000;

/** Gives the client of a region, the same each time: it keeps its connections. The SDK itself repeats no call. */
export function openRegionClients({
  endpoint,
  // Files are read again when credentials are.
  credentials = defaultProvider({ ignoreCache: true }),
}: ClientSettings): (region: string) => ACMPCAClient {
  const clients = new Map<string, ACMPCAClient>();
  const open = (region: string) =>
    new ACMPCAClient({
      region,
      maxAttempts: 1,
      credentials: explained(credentials),
      ...(endpoint === undefined ? {} : { endpoint }),
      requestHandler: { connectionTimeout: CONNECT_WITHIN, requestTimeout: SILENT_AT_MOST },
    });
  return (region) => {
    const client = clients.get(region) ?? open(region);
    clients.set(region, client);
    return client;
  };
}

/**
 * Has the next call signed by credentials that are fetched anew. The SDK does so by itself near the end that they name; those of a file
 * name none, and a clock that is slow believes an end too long. What fails here fails the next call, which tells.
 */
export function renewCredentials({ config }: ACMPCAClient): void {
  config.credentials({ forceRefresh: true }).catch(() => undefined);
}

/** An answer of STS, or none, must not be taken for one of Private CA. */
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
  await sleep(CREDENTIALS_WITHIN, undefined, { signal });
  throw new Error(`no credentials within ${CREDENTIALS_WITHIN} ms`);
}
