import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { type ApiSettingsOptions, loadApiSettings } from '../../config/api-settings.ts';
import { UsageError } from '../../config/usage-error.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { readInput } from '../terminal/files.ts';
import type { ApiService } from './api-service.ts';
import { type ApiClient, type ApiClientSettings, createApiClient } from './create-api-client.ts';
import type { ApiCredentials } from './sign-api-request.ts';

export interface ApiClientOptions extends ApiSettingsOptions {
  /** Longest time for one request, in seconds. */
  readonly timeout: number;
}

/** More than a page of the largest records of the API. */
const MAX_BODY_OCTETS = 4 * 1_048_576;

/**
 * Opens a client for an API. Options, environment and AWS files contain the endpoint and the
 * credentials.
 * @throws UsageError when one of them is missing or wrong
 */
export async function openApiClient<Operation extends string>(
  service: ApiService<Operation>,
  options: ApiClientOptions,
  world: Pick<ApiClientSettings, 'clock' | 'sleep' | 'random'>,
): Promise<ApiClient<Operation>> {
  const { endpoint, region, profile, caBundle } = await loadApiSettings(service.name, options);
  const tlsCa = caBundle === undefined ? undefined : (await readInput(caBundle)).toString('latin1');
  const credentials = await findCredentials(profile);
  return createApiClient(service, {
    endpoint,
    signer: { region, credentials: () => Promise.resolve(credentials) },
    limits: { timeoutMs: options.timeout * 1000, tlsCa, maxBody: MAX_BODY_OCTETS },
    ...world,
  });
}

/**
 * Silences the credential providers, which would print that a profile overrides the keys in the
 * environment.
 */
const ignore = () => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * Looks for credentials in the order of the AWS SDK for JavaScript: environment, profile, SSO, web
 * identity, process, container, instance.
 */
async function findCredentials(profile: string | undefined): Promise<ApiCredentials> {
  try {
    return await defaultProvider(omitUndefined({ logger: SILENT, profile }))();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use --profile (${reason})`,
    );
  }
}
