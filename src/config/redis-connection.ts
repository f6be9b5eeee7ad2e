import { X509Certificate } from 'node:crypto';
import { readTextFile } from './read-text-file.ts';
import type { Settings } from './settings.ts';
import { loadTlsFiles } from './tls-files.ts';
import { UsageError } from './usage-error.ts';

type Redis = Settings['store']['redis'];

/** How to reach Redis, with the contents of the files that the settings name. */
export interface RedisConnection
  extends Pick<
    Redis,
    | 'topology'
    | 'sentinelName'
    | 'username'
    | 'sentinelUsername'
    | 'database'
    | 'keyPrefix'
    | 'commandTimeoutMs'
    | 'writeReplicas'
    | 'allowEviction'
  > {
  readonly nodes: readonly string[];
  readonly password: string | undefined;
  readonly sentinelPassword: string | undefined;
  /** Undefined for plain TCP. */
  readonly tls: RedisTls | undefined;
}

interface RedisTls {
  /** PEM. */
  readonly ca: string | undefined;
  /** PEM; given together with `key`. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
}

/**
 * Undefined unless the store is Redis.
 * @throws UsageError that names the setting or the file at fault, never what the file holds
 */
export async function readRedisConnection({
  store: { kind, redis },
}: Settings): Promise<RedisConnection | undefined> {
  if (kind !== 'redis' || redis.nodes === undefined) return undefined;
  const { nodes, password, passwordFile, sentinelPassword, sentinelPasswordFile } = redis;
  return {
    ...redis,
    nodes,
    password: password ?? (await readPassword('passwordFile', passwordFile)),
    sentinelPassword:
      sentinelPassword ?? (await readPassword('sentinelPasswordFile', sentinelPasswordFile)),
    tls: redis.tls.enabled ? await readTls(redis.tls) : undefined,
  };
}

/** The file must hold the password on one line and nothing else. */
async function readPassword(setting: string, file: string | undefined) {
  if (file === undefined) return undefined;
  const text = await readTextFile(file, `store.redis.${setting}: the file it names`);
  const password = text.replace(/\r?\n$/, '');
  if (/^\P{Cc}{1,1000}$/u.test(password)) return password;
  throw new UsageError(
    `store.redis.${setting}: the file it names does not hold a password on one line`,
  );
}

async function readTls({ caFile, certFile, keyFile, serverName }: Redis['tls']): Promise<RedisTls> {
  const ca = caFile === undefined ? undefined : await readAuthorities(caFile);
  const pair =
    certFile === undefined || keyFile === undefined
      ? undefined
      : await loadTlsFiles({ certFile, keyFile });
  return { ca, cert: pair?.cert, key: pair?.key, serverName };
}

async function readAuthorities(file: string): Promise<string> {
  const pem = await readTextFile(file);
  try {
    new X509Certificate(pem);
  } catch {
    throw new UsageError(`${file} does not begin with a certificate in PEM`);
  }
  return pem;
}
