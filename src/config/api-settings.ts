import {
  CONFIG_PREFIX_SEPARATOR,
  loadSharedConfigFiles,
  type ParsedIniData,
  type Profile,
} from '@smithy/shared-ini-file-loader';
import type { Service } from '../aws-wire/caller.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { parseEndpoint } from './setting-kinds.ts';
import { UsageError } from './usage-error.ts';

/** Where the API is and which credentials sign, found as the AWS SDKs find them. */
export interface ApiSettings {
  /** http or https; a base path is kept. Without query and fragment. */
  readonly endpoint: URL;
  readonly region: string;
  /** Undefined: the SDKs' own order decides where credentials come from. */
  readonly profile: string | undefined;
  /** File with the CAs to accept for https instead of Node's own. */
  readonly caBundle: string | undefined;
}

/** Options of the command line. They override the environment, which overrides the profile. */
export interface ApiSettingsOptions {
  readonly endpoint?: URL;
  readonly region?: string;
  readonly profile?: string;
  readonly tlsCa?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment and the shared files (~/.aws/config and ~/.aws/credentials) as the AWS SDKs
 * do (AWS SDKs and Tools Reference Guide, "Service-specific endpoints"). Unlike theirs there is no
 * default endpoint, so that nothing goes to AWS by accident.
 * @throws UsageError when the endpoint or the region is missing, or the profile is in neither file
 */
export async function loadApiSettings(
  service: Service,
  options: ApiSettingsOptions,
  environment: Environment = process.env,
): Promise<ApiSettings> {
  const name = options.profile ?? (environment['AWS_PROFILE'] || undefined);
  const files = await loadSharedConfigFiles(filesOf(environment));
  const [inConfig, inCredentials] = [files.configFile, files.credentialsFile].map(
    (file) => file[name ?? 'default'],
  );
  if (name !== undefined && inConfig === undefined && inCredentials === undefined) {
    throw new UsageError(`there is no profile ${name} in the AWS config and credentials files`);
  }
  const profile = { ...inCredentials, ...inConfig };
  return {
    endpoint:
      options.endpoint ?? configuredEndpoint(service, environment, profile, files.configFile),
    region: options.region ?? regionOf(environment, profile),
    profile: name,
    caBundle: options.tlsCa ?? (environment['AWS_CA_BUNDLE'] || profile['ca_bundle']),
  };
}

function filesOf(environment: Environment): { filepath?: string; configFilepath?: string } {
  return omitUndefined({
    filepath: environment['AWS_SHARED_CREDENTIALS_FILE'] || undefined,
    configFilepath: environment['AWS_CONFIG_FILE'] || undefined,
  });
}

function regionOf(environment: Environment, profile: Profile): string {
  const region =
    environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || profile['region'];
  if (region) return region;
  throw new UsageError('no region: use --region or set AWS_REGION');
}

function configuredEndpoint(
  service: Service,
  environment: Environment,
  profile: Profile,
  configFile: ParsedIniData,
): URL {
  const ignored =
    environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] ||
    profile['ignore_configured_endpoint_urls'];
  if (ignored?.toLowerCase() === 'true') {
    throw new UsageError('no endpoint: give --endpoint, as configured endpoint URLs are ignored');
  }
  const [text, place] =
    endpointOfEnvironment(service, environment) ??
    endpointOfProfile(service, profile, configFile) ??
    [];
  if (text === undefined) {
    throw new UsageError(
      `no endpoint: give --endpoint or set ${variableOf(service)}, as in http://127.0.0.1:8081`,
    );
  }
  const url = parseEndpoint(text);
  if (url !== undefined) return url;
  throw new UsageError(`${place} is not an http or https URL without user, query and fragment`);
}

/** An endpoint, and where it was found. */
type Found = readonly [url: string, place: string];

function endpointOfEnvironment(service: Service, environment: Environment): Found | undefined {
  for (const name of [variableOf(service), 'AWS_ENDPOINT_URL']) {
    const url = environment[name];
    if (url) return [url, name];
  }
  return undefined;
}

function variableOf(service: Service): string {
  return `AWS_ENDPOINT_URL_${settingNameOf(service).toUpperCase()}`;
}

/** Such as acm_pca. */
function settingNameOf(service: Service): string {
  return service.replaceAll('-', '_');
}

function endpointOfProfile(
  service: Service,
  profile: Profile,
  configFile: ParsedIniData,
): Found | undefined {
  const { services, endpoint_url: url } = profile;
  const ofService = services && endpointOfServices(service, services, configFile);
  if (ofService) return [ofService, `endpoint_url of [services ${services}]`];
  return url ? [url, 'endpoint_url of the profile'] : undefined;
}

function endpointOfServices(
  service: Service,
  services: string,
  configFile: ParsedIniData,
): string | undefined {
  const section = configFile[['services', services].join(CONFIG_PREFIX_SEPARATOR)];
  if (section === undefined) {
    throw new UsageError(`there is no section [services ${services}] in the AWS config file`);
  }
  return section[[settingNameOf(service), 'endpoint_url'].join(CONFIG_PREFIX_SEPARATOR)];
}
