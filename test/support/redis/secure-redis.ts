import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTlsFiles } from '../keys/tls-files.ts';
import { tempDirectory } from '../servers/temp-directory.ts';
import type { RedisOptions } from './redis-servers.ts';

/** What makes Redis servers secure, and what a client needs to know of it. */
export interface RedisSecurity {
  /** For the functions of redis-servers.ts. */
  readonly options: RedisOptions;
  readonly username: string;
  readonly password: string;
  readonly sentinelUsername: string;
  readonly sentinelPassword: string;
  readonly tls: {
    /** PEM. */
    readonly ca: string;
    readonly caFile: string;
    readonly cert: string;
    readonly certFile: string;
    readonly key: string;
    readonly keyFile: string;
  };
}

export interface SecurityOptions {
  /** The ACL rules of the user. */
  readonly rules: string;
  /** The user's rules at the Sentinels. */
  readonly sentinelRules?: string;
  /**
   * Names of the servers, then of the Sentinels. Each has a certificate for its own name only, and
   * announces that name.
   */
  readonly hosts?: readonly string[];
}

const ADDRESS = '127.0.0.1';
const TESTER = 'tester';

/**
 * TLS with client certificates on every connection, and two users: one with rules, and the test's
 * own.
 */
export function secureRedis({ rules, sentinelRules = '', hosts }: SecurityOptions): RedisSecurity {
  const directory = tempDirectory();
  // Self-signed: each certificate is its own CA, and everybody trusts all of them.
  const made = (hosts ?? [ADDRESS]).map((host) => makeTlsFiles(directory, host, [host]));
  const client = makeTlsFiles(directory, 'client', []);
  const caFile = path.join(directory, 'ca.pem');
  const ca = [...made, client].map(({ cert }) => cert).join('');
  writeFileSync(caFile, ca);
  const [username, password] = ['scep-connector', 'correct-horse-battery'];
  const usersFile = (name: string, hisRules: string) => {
    const file = path.join(directory, name);
    const tester = `user ${TESTER} on >${TESTER} ~* &* +@all`;
    writeFileSync(
      file,
      `user default off\nuser ${username} on >${password} ${hisRules}\n${tester}\n`,
    );
    return file;
  };
  const tls = [
    ...['port 0', 'tls-port PORT', 'tls-replication yes', `tls-ca-cert-file ${caFile}`],
    `tls-cert-file ${path.join(directory, 'HOST.pem')}`,
    `tls-key-file ${path.join(directory, 'HOST.key')}`,
  ];
  return {
    options: {
      config: [
        ...tls,
        `aclfile ${usersFile('users.acl', rules)}`,
        ...['tls-cluster yes', `masteruser ${TESTER}`, `masterauth ${TESTER}`],
        ...(hosts ? NAMES_OF_SERVERS : []),
      ],
      sentinelConfig: [
        ...tls,
        `aclfile ${usersFile('sentinel-users.acl', sentinelRules)}`,
        ...[`sentinel sentinel-user ${TESTER}`, `sentinel sentinel-pass ${TESTER}`],
        ...[`sentinel auth-user main ${TESTER}`, `sentinel auth-pass main ${TESTER}`],
        ...(hosts ? NAMES_OF_SENTINELS : []),
      ],
      client: {
        username: TESTER,
        password: TESTER,
        tls: { ca, cert: client.cert, key: client.key },
      },
      ...(hosts && { hosts }),
    },
    ...{ username, password, sentinelUsername: username, sentinelPassword: password },
    tls: { ...client, ca, caFile },
  };
}

const NAMES_OF_SERVERS = [
  'replica-announce-ip HOST',
  'cluster-announce-hostname HOST',
  'cluster-preferred-endpoint-type hostname',
];

const NAMES_OF_SENTINELS = [
  'sentinel resolve-hostnames yes',
  'sentinel announce-hostnames yes',
  'sentinel announce-ip HOST',
];
