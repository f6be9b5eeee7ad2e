import { z } from 'zod';
import { optionalSetting, secretSetting, setting } from './setting.ts';
import { file, flag, listOf, oneOf, wholeNumber } from './setting-kinds.ts';

const NODE = z.string().regex(/^([\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i);
const word = (takes: string) => ({ takes, schema: z.string().regex(/^[\x21-\x7e]{1,200}$/) });
const password = { takes: 'a password', schema: z.string().min(1).max(1_000) };

/** How to reach Redis or Valkey: the section `store.redis`. */
export const REDIS_SETTINGS = {
  topology: setting(
    oneOf('standalone', 'sentinel', 'cluster'),
    'How Redis runs: as one server, as a master that Sentinels watch, or as a Redis Cluster',
    'standalone',
  ),
  nodes: optionalSetting(
    listOf('addresses such as redis.example.com:6379', NODE),
    'Addresses of the server, of the Sentinels, or of some nodes of the cluster. Required if `store.kind` is redis',
  ),
  sentinelName: optionalSetting(
    word('the name of a master'),
    'Name that the Sentinels have for the master',
  ),
  username: optionalSetting(
    word('a user of the ACL'),
    'User name at Redis (ACL)',
    'the default user',
  ),
  password: secretSetting(password, 'Password of that user'),
  passwordFile: optionalSetting(file, 'File with the password. Only the server should read it'),
  sentinelUsername: optionalSetting(word('a user of the ACL'), 'User name at the Sentinels (ACL)'),
  sentinelPassword: secretSetting(password, 'Password at the Sentinels'),
  sentinelPasswordFile: optionalSetting(
    file,
    'File with the password at the Sentinels. Only the server should read it',
  ),
  database: setting(wholeNumber(0, 1_000), 'Number of the database. A cluster has only 0', 0),
  keyPrefix: setting(
    { takes: 'letters, digits and :._-', schema: z.string().regex(/^[\w:.-]{0,100}$/) },
    'Prefix of all key names',
    'scep-connector:',
  ),
  tls: {
    enabled: setting(flag, 'Whether connections to Redis use TLS', false),
    caFile: optionalSetting(file, 'PEM file of the CA certificates to trust', 'those of Node.js'),
    certFile: optionalSetting(file, 'PEM file of the client certificate for Redis'),
    keyFile: optionalSetting(
      file,
      'PEM file of the private key of the client certificate, without a passphrase',
    ),
    serverName: optionalSetting(
      word('a host name'),
      'Host name that the certificate of Redis must have',
      'the host of its address',
    ),
  },
  commandTimeoutMs: setting(
    wholeNumber(50, 60_000),
    'Longest time for one command. Requests that wait for it longer fail with 503',
    1_000,
  ),
  writeReplicas: setting(
    wholeNumber(0, 10),
    'Number of replicas of Redis that must have a write before it counts as done. With 1 or more, a failover loses nothing',
    0,
  ),
  allowEviction: setting(
    flag,
    'Whether a Redis may be used that removes records when its memory is full. A challenge that is removed is wrong, and a revocation that is removed is none (docs/redis.md)',
    false,
  ),
};
