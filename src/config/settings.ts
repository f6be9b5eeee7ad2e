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

/** Where `dev` has its resources; the one region of a server whose settings name none. */
export const DEFAULT_REGION = 'us-east-1';

const REGION = z.string().regex(/^[a-z]{2,8}(-[a-z]+)+-\d{1,2}$/);
const NETWORK = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
const ORIGIN = z
  .string()
  .refine((value) => value === '*' || (URL.canParse(value) && new URL(value).origin === value));

/**
 * Every setting of `scep-connector serve`. The place in this tree is the setting's name in the file
 * and determines its environment variable. Parsing, errors and docs/configuration.md follow it.
 */
export const SETTINGS = {
  publicUrl: optionalSetting(
    httpUrl,
    'URL at which devices reach the enrol listener. Every SCEP URL begins with it',
    'the address of the enrol listener; required if that is every address',
  ),
  dataDir: setting(
    file,
    'Directory of the embedded store. It is made if it does not exist',
    'data',
  ),
  store: {
    kind: setting(
      oneOf('embedded', 'redis'),
      'Where records are kept: in files on this machine, or in Redis or Valkey, which many replicas can share (docs/redis.md)',
      'embedded',
    ),
    redis: REDIS_SETTINGS,
  },
  issuer: {
    kind: setting(
      oneOf('embedded', 'acm-pca'),
      'The CA behind the connectors: the embedded CA, or AWS Private CA (docs/aws-private-ca.md)',
      'embedded',
    ),
    region: optionalSetting(
      { takes: 'a region such as eu-central-1', schema: REGION },
      'Region of AWS Private CA',
      'that of the CA’s ARN',
    ),
    endpoint: optionalSetting(
      httpUrl,
      'URL of another implementation of AWS Private CA',
      'the endpoint of AWS',
    ),
    certificatesPerSecond: setting(
      wholeNumber(1, 10_000),
      'IssueCertificate calls per second for one CA, of all replicas together. Set it to the quota of your AWS account (L-CAFB4993)',
      25,
    ),
  },
  keyStore: {
    kind: setting(
      oneOf('embedded', 'pkcs11'),
      'Where the private keys of new CAs are made: sealed in the store, or in a PKCS #11 token (docs/hsm.md)',
      'embedded',
    ),
    module: optionalSetting(file, 'PKCS #11 module of the token: a shared library of its maker'),
    tokenLabel: optionalSetting(tokenLabel, 'Label of the token'),
    pin: secretSetting(
      pin,
      'User PIN of the token. With a token, either this or `keyStore.pinFile` is required',
    ),
    pinFile: optionalSetting(file, 'File with the PIN. Only the server should read it'),
  },
  objectStore: {
    kind: setting(
      oneOf('store', 's3'),
      'Where audit reports and CRLs are put: into the store only, or also into the S3 buckets that API calls name (docs/audit-reports.md, docs/revocation.md)',
      'store',
    ),
    region: optionalSetting(
      { takes: 'a region such as eu-central-1', schema: REGION },
      'Region of the S3 buckets',
      'the region of the AWS SDK environment',
    ),
    endpoint: optionalSetting(httpUrl, 'URL of another implementation of S3', 'Amazon S3'),
    forcePathStyle: setting(
      flag,
      'Whether S3 URLs have the bucket in their path instead of in the host name',
      false,
    ),
  },
  masterKey: secretSetting(
    masterKeyText,
    'Key that seals every secret in the store. If it is lost, all of them are lost. Either this or `masterKeyFile` is required',
  ),
  masterKeyFile: optionalSetting(file, 'File with the master key. Only the server should read it'),
  otherMasterKey: secretSetting(
    masterKeyText,
    'The other of the two master keys, old or new, while the master key is being changed. It opens secrets but seals none (docs/master-key.md)',
  ),
  otherMasterKeyFile: optionalSetting(
    file,
    'File with the other master key. Only the server should read it',
  ),
  credentialsFile: optionalSetting(
    file,
    'File with the access keys of the administrators (docs/credentials.md). It is read again when it changes',
    'the access key in the environment; without either the API refuses every request',
  ),
  trustedProxies: optionalSetting(
    listOf('addresses and networks such as 10.0.0.0/8', NETWORK),
    'Proxies in front of the server. What they write into Forwarded or X-Forwarded-For is the client’s address in the log; from elsewhere these headers are ignored',
    'none',
  ),
  workers: optionalSetting(
    wholeNumber(1, 256),
    'Number of processes that serve together on this machine',
    'one for each processor core',
  ),
  enrol: {
    ...listener('devices (SCEP)', '0.0.0.0', 8080),
    maxConcurrent: setting(
      wholeNumber(1, 100_000),
      'SCEP messages that one process handles concurrently. Devices beyond this number get 503 and try again',
      200,
    ),
  },
  api: {
    ...listener('administrators (the AWS APIs)', '127.0.0.1', 8081),
    regions: setting<readonly string[]>(
      listOf('regions such as eu-central-1', REGION),
      'Regions for which requests may be signed; for any other they are refused. Each region has its own connectors, CAs, quotas and rates',
      [DEFAULT_REGION],
    ),
    clockSkewSeconds: setting(
      wholeNumber(1, 86_400),
      'Largest difference between the time of a signature and the server’s clock',
      900,
    ),
    allowedOrigins: optionalSetting(
      listOf('origins such as https://console.example.com, or *', ORIGIN),
      'Origins of web pages that may call the API from a browser (CORS)',
    ),
    rates: rates(),
  },
  ops: listener('`/livez` and `/readyz`', '127.0.0.1', 9090),
  quotas: {
    connectors: setting(
      wholeNumber(0, 1_000_000),
      'Most connectors of an account in a region (20 at AWS)',
      10_000,
    ),
    certificateAuthorities: setting(
      wholeNumber(1, 100_000),
      'Most embedded CAs of an account in a region (200 at AWS)',
      1_000,
    ),
    challengesPerConnector: setting(
      wholeNumber(0, 1_000_000),
      'Most challenges of a connector (5 at AWS)',
      1_000,
    ),
  },
  logLevel: setting(oneOf(...LOG_LEVELS), 'Lowest level that is logged, on standard error', 'info'),
  drainDelaySeconds: setting(
    wholeNumber(0, 600),
    'Time after SIGTERM during which everything is still served while `/readyz` answers 503, so that load balancers send requests elsewhere',
    0,
  ),
  drainSeconds: setting(wholeNumber(0, 3_600), 'Time that open requests then have to finish', 10),
};

export type Settings = SettingsOf<typeof SETTINGS>;
export type ListenerSettings = Settings['ops'];

function listener(who: string, host: string, defaultPort: number) {
  return {
    host: setting(
      address,
      `Address to listen on for ${who}. Use 0.0.0.0 or :: for every address`,
      host,
    ),
    port: setting(port, `Port for ${who}`, defaultPort),
    tls: {
      certFile: optionalSetting(
        file,
        'PEM file of the TLS certificate, followed by the CA certificates above it. It is read again when it changes',
        'plain HTTP',
      ),
      keyFile: optionalSetting(
        file,
        'PEM file of the private key of the TLS certificate, without a passphrase',
      ),
    },
  };
}

function rates() {
  const settings = Object.entries(AWS_RATES).map(([operation, atAws]) => {
    const meaning = `Most calls per second of an account in a region (${atAws} at AWS)`;
    const rate = DEFAULT_RATES[operation] ?? atAws;
    return [operation, setting(wholeNumber(0, 1_000_000), meaning, rate)];
  });
  return Object.fromEntries(settings) as Record<keyof typeof AWS_RATES, Setting<number>>;
}
