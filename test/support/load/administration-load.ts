import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import PcaConnectorScep from 'aws-sdk/clients/pcaconnectorscep.js';
import type { AWSError } from 'aws-sdk/lib/error.js';
import type { ReplicaWorld } from '../servers/replica-world.ts';
import { administratorOf, type Replica } from '../servers/serve-replicas.ts';

/** What an administrator was told and may rely on. */
export interface AdministrationLoad {
  /** Passwords by the ARNs of their challenges. */
  readonly challenges: ReadonlyMap<string, string>;
  readonly connectors: readonly string[];
  /** Passwords that were read and differ from those that were given out. */
  readonly wrong: readonly string[];
  /**
   * How often each transient failure occurred, over all calls: HTTP statuses, and the SDK's name
   * for a missing answer.
   */
  readonly retries: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

const PAUSE_MS = 400;
/** One call in eight makes a connector, which keeps three replicas busy. */
const CONNECTOR_EVERY = 8;
const GIVE_UP_MS = 300_000;

const HASTY = { httpOptions: { connectTimeout: 3_000, timeout: 6_000 }, maxRetries: 0 };
const PATIENT = { httpOptions: { timeout: 60_000 }, maxRetries: 10 };

/** For use while there is no fault: retries what passes, such as a machine that stands still. */
export function connectorClient(replica: Replica): PcaConnectorScep {
  return openClient(replica, PATIENT);
}

function openClient(replica: Replica, patience: typeof HASTY | typeof PATIENT) {
  const { apiUrl, region, accessKeyId, secretAccessKey } = administratorOf(replica);
  const credentials = { accessKeyId, secretAccessKey };
  return new PcaConnectorScep({ endpoint: apiUrl, region, credentials, ...patience });
}

/**
 * An administrator who makes challenges and connectors and reads passwords. Each call goes to the
 * next replica until it is answered.
 */
export function startAdministration({ administered, site }: ReplicaWorld): AdministrationLoad {
  const { connectorArn: ConnectorArn, caArn: CertificateAuthorityArn } = site;
  const challenges = new Map<string, string>();
  const connectors: string[] = [];
  const wrong: string[] = [];
  const retries: Record<string, number> = {};
  let stopped = false;
  let turn = 0;
  const call = async <T>(send: (client: PcaConnectorScep) => { promise(): Promise<T> }) => {
    for (const end = performance.now() + GIVE_UP_MS; performance.now() < end; ) {
      turn += 1;
      const replica = administered[turn % administered.length] ?? administered[0];
      const answer = await send(openClient(replica, HASTY)).promise().catch(passing);
      if (!(answer instanceof Passing)) return answer;
      retries[answer.reason] = (retries[answer.reason] ?? 0) + 1;
      await sleep(PAUSE_MS / 2);
    }
    throw new Error('the administrator gave up');
  };
  const work = async () => {
    for (let calls = 1; !stopped; calls += 1) {
      const ClientToken = randomUUID();
      if (calls % CONNECTOR_EVERY === 0) {
        const request = { CertificateAuthorityArn, ClientToken };
        connectors.push(
          (await call((client) => client.createConnector(request))).ConnectorArn ?? '',
        );
      }
      const made = await call((client) => client.createChallenge({ ConnectorArn, ClientToken }));
      const { Arn: ChallengeArn = '', Password = '' } = made.Challenge ?? {};
      challenges.set(ChallengeArn, Password);
      const read = await call((client) => client.getChallengePassword({ ChallengeArn }));
      if (read.Password !== Password) wrong.push(ChallengeArn);
      await sleep(PAUSE_MS);
    }
  };
  const working = work();
  // stop() rethrows it.
  working.catch(() => undefined);
  return {
    ...{ challenges, connectors, wrong, retries },
    stop: () => {
      stopped = true;
      return working;
    },
  };
}

class Passing {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * What SDKs retry: no answer, a slow request, 500 and above, throttling.
 * @throws AWSError for anything else
 */
function passing(error: AWSError): Passing {
  const { code, statusCode } = error;
  const passes =
    statusCode === undefined ||
    statusCode === 408 ||
    statusCode >= 500 ||
    code === 'ThrottlingException';
  if (passes) return new Passing(statusCode === undefined ? code : `HTTP ${statusCode}`);
  throw error;
}
