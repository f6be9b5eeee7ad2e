import { randomBytes } from 'node:crypto';
import type { AwsAccess } from '../clients/aws-client.ts';
import { runProgram } from '../clients/run-program.ts';
import type { RedisReach } from '../redis/redis-servers.ts';
import { freePort } from './free-port.ts';
import { type RunningServe, type ServeOptions, startServe } from './start-serve.ts';

/** One of several `serve` processes on one store. */
export interface Replica {
  /** Where devices reach it. It stays the same after a restart. */
  readonly enrolUrl: string;
  readonly server: () => RunningServe;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
}

export interface ReplicaOptions {
  readonly reach: RedisReach;
  readonly writeReplicas: number;
  /** Differences of the first replica. */
  readonly first?: Pick<ServeOptions, 'namespace'> & {
    readonly host: string;
    readonly reach: RedisReach;
  };
}

const MASTER_KEY = randomBytes(32).toString('hex');
const REGION = 'eu-central-1';
const ADMINISTRATOR = {
  accessKeyId: 'AKIAFAULTSFAULTS0000',
  secretAccessKey: 'faults-secret-of-an-administrator-0123456',
};
const ENVIRONMENT = {
  SCEP_CONNECTOR_MASTER_KEY: MASTER_KEY,
  SCEP_CONNECTOR_ACCESS_KEY_ID: ADMINISTRATOR.accessKeyId,
  SCEP_CONNECTOR_SECRET_ACCESS_KEY: ADMINISTRATOR.secretAccessKey,
  SCEP_CONNECTOR_ACCOUNT_ID: '123456789012',
  SCEP_CONNECTOR_USER_NAME: 'alice',
};

/**
 * Three `serve` processes with an embedded CA on one Redis. They end with the test file at the
 * latest.
 */
export function startReplicas(
  options: ReplicaOptions,
): Promise<readonly [Replica, Replica, Replica]> {
  const { first, ...others } = options;
  const own = { ...others, ...first };
  return Promise.all([startReplica(own), startReplica(others), startReplica(others)]);
}

type OneReplica = Omit<ReplicaOptions, 'first'> & Partial<NonNullable<ReplicaOptions['first']>>;

async function startReplica(options: OneReplica): Promise<Replica> {
  const { reach, writeReplicas, host = '127.0.0.1', namespace } = options;
  const port = await freePort();
  const settings = {
    publicUrl: 'http://scep.example.com',
    store: { kind: 'redis', redis: { ...reach, writeReplicas } },
    ...{ enrol: { host, port }, api: { port: 0, regions: [REGION] }, ops: { host, port: 0 } },
  };
  const secrets = [MASTER_KEY, ADMINISTRATOR.secretAccessKey];
  const serve = () =>
    startServe({ settings, env: ENVIRONMENT, secrets, ...(namespace && { namespace }) });
  let server = await serve();
  return {
    enrolUrl: `http://${host}:${port}`,
    server: () => server,
    kill: () => server.kill(),
    start: async () => {
      server = await serve();
    },
  };
}

/** The administrator's access to the API of one replica. */
export function administratorOf(replica: Replica): AwsAccess {
  return { ...ADMINISTRATOR, region: REGION, apiUrl: replica.server().apiUrl };
}

/**
 * Runs an administration command at a replica and returns what it prints.
 * @throws Error with the command's complaint
 */
export async function runAt(replica: Replica, ...args: readonly string[]): Promise<string> {
  const { apiUrl, region, accessKeyId, secretAccessKey } = administratorOf(replica);
  const { code, stdout, stderr } = await runProgram(args, {
    AWS_ENDPOINT_URL: apiUrl,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}
