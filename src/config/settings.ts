import { z } from 'zod';
import { AWS_RATES, DEFAULT_RATES } from '../aws-wire/default-rates.ts';
import { REDIS_SETTINGS } from './redis-settings.ts';
import {
  optionalSetting,
  type Setting,
  type SettingsOf,
  secretSetting,
  setting,
} from './setting.ts';
import {
  address,
  file,
  flag,
  httpUrl,
  listOf,
  masterKeyText,
  oneOf,
  pin,
  port,
  tokenLabel,
  wholeNumber,
} from './setting-kinds.ts';

/** How much is logged, from nothing to everything. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;

/** The names of the listeners' sections. */
export const LISTENERS = ['enrol', 'api', 'ops'] as const;

const REGION = z.string().regex(/^[a-z]{2,8}(-[a-z]+)+-\d{1,2}$/);
const ORIGIN = z
  .string()
  .refine((value) => value === '*' || (URL.canParse(value) && new URL(value).origin === value));

/**
 * Every setting of `scep-connector serve`. Its place in this tree is its name in the file, and gives the name of its environment
 * variable; reading, errors and docs/configuration.md all follow from here.
 */
export const SETTINGS = {
  publicUrl: optionalSetting(
    httpUrl,
    'Where devices reach the enrol listener: the beginning of every SCEP URL',
    'the address of the enrol listener, unless that is every address',
  ),
  dataDir: setting(file, 'Directory of the embedded store; made when it is not there', 'data'),
  store: {
    kind: setting(
      oneOf('embedded', 'redis'),
      'What keeps the records: files on this machine, or Redis or Valkey, which many replicas share (docs/redis.md)',
      'embedded',
    ),
    redis: REDIS_SETTINGS,
  },
  issuer: {
    kind: setting(
      oneOf('embedded', 'acm-pca'),
      'The CA behind the connectors: the embedded one, or AWS Private CA (docs/aws-private-ca.md)',
      'embedded',
    ),
    region: optionalSetting(
      { takes: 'a region such as eu-central-1', schema: REGION },
      'Region of AWS Private CA',
      'that of the CA’s ARN',
    ),
    endpoint: optionalSetting(httpUrl, 'Another implementation of AWS Private CA', 'AWS'),
    certificatesPerSecond: setting(
      wholeNumber(1, 10_000),
      'IssueCertificate calls in a second for one CA, of all replicas together; the quota of your account (L-CAFB4993)',
      25,
    ),
  },
  keyStore: {
    kind: setting(
      oneOf('embedded', 'pkcs11'),
      'Where the private keys of new CAs are made: sealed in the store, or in a PKCS #11 token (docs/hsm.md)',
      'embedded',
    ),
    module: optionalSetting(file, 'PKCS #11 module of the token’s maker: a shared library'),
    tokenLabel: optionalSetting(tokenLabel, 'Label of the token'),
    pin: secretSetting(
      pin,
      'User PIN of the token. With a token, either this or `keyStore.pinFile` is required',
    ),
    pinFile: optionalSetting(file, 'File with the PIN, readable by the server alone'),
  },
  objectStore: {
    kind: setting(
      oneOf('store', 's3'),
      'Where audit reports and CRLs are put: into the store, or also into the buckets that the calls name (docs/audit-reports.md, docs/revocation.md)',
      'store',
    ),
    region: optionalSetting(
      { takes: 'a region such as eu-central-1', schema: REGION },
      'Region of the buckets',
      'that of the environment of AWS SDKs',
    ),
    endpoint: optionalSetting(httpUrl, 'Another implementation of S3', 'Amazon S3'),
    forcePathStyle: setting(
      flag,
      'Whether buckets are in the path of URLs, not in the name of the host',
      false,
    ),
  },
  masterKey: secretSetting(
    masterKeyText,
    'Seals every secret in the store; lost, all of them are lost. Either this or `masterKeyFile` is required',
  ),
  masterKeyFile: optionalSetting(file, 'File with the master key, readable by the server alone'),
  otherMasterKey: secretSetting(
    masterKeyText,
    'While the master key is being changed: the other of the two, old or new, which opens too and seals nothing (docs/master-key.md)',
  ),
  otherMasterKeyFile: optionalSetting(file, 'File with the other master key'),
  credentialsFile: optionalSetting(
    file,
    'Access keys of the administrators (docs/credentials.md); read again when it changes',
    'the key of the environment; without either the API refuses everybody',
  ),
  workers: setting(
    wholeNumber(1, 256),
    'Processes that serve together on this machine; about one for each processor',
    1,
  ),
  enrol: {
    ...listener('devices (SCEP)', '0.0.0.0', 8080),
    maxConcurrent: setting(
      wholeNumber(1, 100_000),
      'SCEP messages that one process works on at a time; devices beyond get 503 and come back',
      200,
    ),
  },
  api: {
    ...listener('administrators (the AWS APIs)', '127.0.0.1', 8081),
    regions: optionalSetting(
      listOf('regions such as eu-central-1', REGION),
      'Regions for which requests may be signed; each has its own connectors, CAs, quotas and rates, so `serve` warns while it is any',
      'any',
    ),
    clockSkewSeconds: setting(
      wholeNumber(1, 86_400),
      'How far the time of a signature may be from the server’s',
      900,
    ),
    allowedOrigins: optionalSetting(
      listOf('origins such as https://console.example.com, or *', ORIGIN),
      'Web pages that may call the API from a browser (CORS)',
    ),
    rates: rates(),
  },
  ops: listener('`/livez` and `/readyz`', '127.0.0.1', 9090),
  quotas: {
    connectors: setting(
      wholeNumber(0, 1_000_000),
      'Connectors of an account in a region (20 at AWS)',
      10_000,
    ),
    certificateAuthorities: setting(
      wholeNumber(1, 100_000),
      'Embedded CAs of an account in a region (200 at AWS)',
      1_000,
    ),
    challengesPerConnector: setting(
      wholeNumber(0, 1_000_000),
      'Challenges of a connector (5 at AWS)',
      1_000,
    ),
  },
  logLevel: setting(oneOf(...LOG_LEVELS), 'How much is logged, on standard error', 'info'),
  drainDelaySeconds: setting(
    wholeNumber(0, 600),
    'Time after SIGTERM in which all is served as before while `/readyz` is 503, so that load balancers send requests elsewhere',
    0,
  ),
  drainSeconds: setting(
    wholeNumber(0, 3_600),
    'Time that requests under way then have to finish',
    10,
  ),
};

export type Settings = SettingsOf<typeof SETTINGS>;
export type ListenerSettings = Settings['ops'];

function listener(who: string, host: string, defaultPort: number) {
  return {
    host: setting(address, `Address to listen on for ${who}; 0.0.0.0 or :: for every one`, host),
    port: setting(port, `Port for ${who}`, defaultPort),
    tls: {
      certFile: optionalSetting(
        file,
        'TLS certificate and those above it, PEM; read again when it changes',
        'plain HTTP',
      ),
      keyFile: optionalSetting(file, 'Its private key, PEM without a passphrase'),
    },
  };
}

function rates() {
  const settings = Object.entries(AWS_RATES).map(([operation, atAws]) => {
    const meaning = `Calls in a second, of an account in a region (${atAws} at AWS)`;
    const rate = DEFAULT_RATES[operation] ?? atAws;
    return [operation, setting(wholeNumber(0, 1_000_000), meaning, rate)];
  });
  return Object.fromEntries(settings) as Record<keyof typeof AWS_RATES, Setting<number>>;
}
