import { z } from 'zod';
import { optionalSetting, secretSetting, setting } from './setting.ts';
import { file, flag, listOf, oneOf, wholeNumber } from './setting-kinds.ts';

const NODE = z.string().regex(/^([\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i);
const word = (takes: string) => ({ takes, schema: z.string().regex(/^[\x21-\x7e]{1,200}$/) });
const password = { takes: 'a password', schema: z.string().min(1).max(1_000) };

/** How Redis or Valkey is reached: the section `store.redis`. */
export const REDIS_SETTINGS = {
  topology: setting(
    oneOf('standalone', 'sentinel', 'cluster'),
    'One server, a master that Sentinels watch, or a Redis Cluster',
    'standalone',
  ),
  nodes: optionalSetting(
    listOf('addresses such as redis.example.com:6379', NODE),
    'The server, the Sentinels, or some nodes of the cluster. Required while `store.kind` is redis',
  ),
  sentinelName: optionalSetting(word('the name of a master'), 'What the Sentinels call the master'),
  username: optionalSetting(word('a user of the ACL'), 'User of the ACL', 'the default user'),
  password: secretSetting(password, 'Its password'),
  passwordFile: optionalSetting(file, 'File with the password, readable by the server alone'),
  sentinelUsername: optionalSetting(word('a user of the ACL'), 'User at the Sentinels'),
  sentinelPassword: secretSetting(password, 'Its password'),
  sentinelPasswordFile: optionalSetting(file, 'File with the password at the Sentinels'),
  database: setting(wholeNumber(0, 1_000), 'Number of the database; a cluster has only 0', 0),
  keyPrefix: setting(
    { takes: 'letters, digits and :._-', schema: z.string().regex(/^[\w:.-]{0,100}$/) },
    'What the names of all keys begin with',
    'scep-connector:',
  ),
  tls: {
    enabled: setting(flag, 'Whether connections are encrypted', false),
    caFile: optionalSetting(file, 'CA certificates to trust, PEM', 'those of Node.js'),
    certFile: optionalSetting(file, 'Certificate of this client, PEM'),
    keyFile: optionalSetting(file, 'Its private key, PEM without a passphrase'),
    serverName: optionalSetting(
      word('a host name'),
      'Name that the server’s certificate must have',
      'the host of its address',
    ),
  },
  commandTimeoutMs: setting(
    wholeNumber(50, 60_000),
    'How long one command may take; what waits for it then fails with 503',
    1_000,
  ),
  writeReplicas: setting(
    wholeNumber(0, 10),
    'Replicas of Redis that must have a write before it counts as done; 1 or more lets a failover lose nothing',
    0,
  ),
};
