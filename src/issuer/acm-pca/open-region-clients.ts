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

export interface ClientSettings {
  /** Of another implementation. */
  readonly endpoint?: string | undefined;
  /** Default: the chain of AWS SDKs, such as environment, profile, IRSA, Pod Identity, instance. */
  readonly credentials?: (() => Promise<AwsCredentials>) | undefined;
}

/** Milliseconds. A device waits for the sum of some. */
const CONNECT_WITHIN = 2_000;
const SILENT_AT_MOST = 5_000;
const CREDENTIALS_WITHIN = 4_000;

/** Gives the client of a region, the same each time: it keeps its connections. The SDK itself repeats no call. */
export function openRegionClients({
  endpoint,
  credentials = defaultProvider(),
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

/** An answer of STS, or none, must not be taken for one of Private CA. */
function explained(credentials: () => Promise<AwsCredentials>): () => Promise<AwsCredentials> {
  return async () => {
    const late = new AbortController();
    try {
      const { signal } = late;
      return await Promise.race([credentials(), tooLate(signal)]);
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
