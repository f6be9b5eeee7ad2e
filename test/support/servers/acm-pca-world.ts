import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { beginCreating } from '../../../src/connectors/begin-creating.ts';
import {
  findChallengeByPassword,
  listChallengePasswords,
} from '../../../src/connectors/challenges/find-challenge.ts';
import { makeChallenge } from '../../../src/connectors/challenges/make-challenge.ts';
import type { ConnectorRecord } from '../../../src/connectors/connector-record.ts';
import { findConnector } from '../../../src/connectors/find-connector.ts';
import { createRaIdentityFinder } from '../../../src/connectors/ra/ra-identities.ts';
import { resumeConnector } from '../../../src/connectors/unfinished-connectors.ts';
import type { EnrolmentDependencies } from '../../../src/enrolment/decider.ts';
import { createAcmPcaIssuer } from '../../../src/issuer/acm-pca/acm-pca-issuer.ts';
import type { IssueRequest, Issuer } from '../../../src/issuer/issuer.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../src/private-ca/activate-root.ts';
import { authorityIdOf } from '../../../src/private-ca/model/private-ca-arns.ts';
import type { PrivateCa } from '../../../src/private-ca/private-ca.ts';
import { authorityPartition } from '../../../src/private-ca/records/authority-record.ts';
import { certificates } from '../../../src/private-ca/records/certificate-record.ts';
import { readableEntries } from '../../../src/store/readable-entries.ts';
import { createSealer } from '../../../src/store/seal.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { openInMemoryRecordStore } from '../fakes/in-memory-record-store.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { startAcmPcaServer } from './start-acm-pca-server.ts';

/**
 * A connector with one challenge, served by two replicas on one store, and a CA that they reach
 * through a proxy with faults.
 */
export interface AcmPcaWorld {
  readonly replicas: readonly [EnrolmentDependencies, EnrolmentDependencies];
  readonly proxy: FaultProxy;
  readonly connector: ConnectorRecord;
  readonly challengePassword: string;
  readonly ra: Certificate;
  /** What the replicas reported as uncertain. */
  readonly uncertain: readonly string[];
  /**
   * How often the replicas asked for a certificate without an answer. Without a fault, this means
   * that the machine stood still until they gave up.
   */
  askedInVain(): number;
  /** How many certificates the CA has issued to devices. */
  countIssued(): Promise<number>;
  /** Disables the CA, or enables it again. */
  setStatus(status: 'ACTIVE' | 'DISABLED'): Promise<void>;
  /** Moves time on, for the replicas and the CA alike. */
  pass(milliseconds: number): void;
  clock(): number;
  stop(): Promise<void>;
}

export async function makeAcmPcaWorld(
  tags: Readonly<Record<string, string>> = {},
  certificatesPerSecond = 1_000,
): Promise<AcmPcaWorld> {
  let ahead = 0;
  const clock = () => Date.now() + ahead;
  const aws = await startAcmPcaServer({ clock, store: openInMemoryRecordStore(clock) });
  const proxy = await startFaultProxy(aws.endpoint);
  const arn = await makeAuthority(aws.ca);
  const store = openInMemoryRecordStore(clock);
  const sealer = createSealer(createHash('sha256').update('test master key').digest());
  const uncertain: string[] = [];
  let inVain = 0;
  const openIssuer = (): Issuer => {
    const issuer = createAcmPcaIssuer({
      ...{ store, clock, certificatesPerSecond },
      ...{ endpoint: proxy.url, credentials: aws.credentials, report: () => undefined },
    });
    const issueCertificate = async (request: IssueRequest) => {
      inVain += 1;
      const certificateArn = await issuer.issueCertificate(request);
      inVain -= 1;
      return certificateArn;
    };
    return { ...issuer, issueCertificate };
  };
  const openReplica = (): EnrolmentDependencies => ({
    ...{ store, sealer, clock, randomBytes, issuer: openIssuer() },
    findRaIdentities: createRaIdentityFinder({ store, sealer, clock }),
    findChallenge: (id) => (given) => findChallengeByPassword({ store, sealer }, id, given),
    listChallengePasswords: (id) => listChallengePasswords({ store, sealer }, id),
    reportUncertain: ({ idempotencyToken }) => uncertain.push(idempotencyToken),
  });
  const replicas = [openReplica(), openReplica()] as const;
  const made = await makeConnector(replicas[0], aws.ca.scope, arn, tags);
  const countAll = () => countIssued(aws.ca, arn);
  const before = await countAll();
  return {
    ...{ replicas, proxy, uncertain, clock, ...made },
    countIssued: async () => (await countAll()) - before,
    askedInVain: () => inVain,
    async setStatus(Status) {
      await ACTIONS.UpdateCertificateAuthority(aws.ca, { CertificateAuthorityArn: arn, Status });
    },
    pass(milliseconds) {
      ahead += milliseconds;
    },
    async stop() {
      await proxy.stop();
      await aws.stop();
    },
  };
}

function makeAuthority(ca: PrivateCa): Promise<string> {
  const kind = { keyAlgorithm: 'EC_prime256v1', signingAlgorithm: 'SHA256WITHECDSA' } as const;
  const validity = { Type: 'YEARS', Value: 10 } as const;
  return activateRoot(ca, { ...kind, subject: { CommonName: 'AWS' }, name: 'aws', validity });
}

/** An ACTIVE connector with one challenge. */
export async function makeConnector(
  deps: EnrolmentDependencies,
  scope: PrivateCa['scope'],
  certificateAuthorityArn: string,
  tags: Readonly<Record<string, string>>,
): Promise<Pick<AcmPcaWorld, 'connector' | 'challengePassword' | 'ra'>> {
  const quotas = { connectors: 10, challengesPerConnector: 10 };
  const parts = { ...deps, randomUuid: () => randomUUID(), quotas };
  const id = await beginCreating(parts, scope, { certificateAuthorityArn, tags });
  await resumeConnector(parts, id);
  const connector = await findConnector(deps.store, id);
  const identities = await deps.findRaIdentities(id);
  if (connector?.status !== 'ACTIVE' || !identities) throw new Error('there is no connector');
  const { password } = await makeChallenge(parts, connector, { tags: {} });
  return { connector, challengePassword: password, ra: identities.current.certificate };
}

/** Counts certificates that have a signature; a CA that dies while issuing leaves one without. */
export async function countIssued({ store, scope }: PrivateCa, arn: string): Promise<number> {
  const partition = authorityPartition(authorityIdOf(scope, arn));
  let issued = 0;
  for await (const { value } of readableEntries(store, partition, certificates)) {
    if (value.state === 'issued') issued += 1;
  }
  return issued;
}
