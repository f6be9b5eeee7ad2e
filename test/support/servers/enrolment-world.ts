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
import {
  handlePkiOperation,
  type PkiOperationResult,
} from '../../../src/enrolment/handle-pki-operation.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { createSealer } from '../../../src/store/seal.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { createFakeIssuer, type FakeIssuer } from '../fakes/fake-issuer.ts';
import { openInMemoryRecordStore } from '../fakes/in-memory-record-store.ts';

/**
 * One connector with one challenge on a store in memory and a fake CA: all that a PKIOperation
 * needs, and nothing slow.
 */
export interface EnrolmentWorld {
  readonly deps: EnrolmentDependencies;
  readonly store: RecordStore;
  readonly issuer: FakeIssuer;
  readonly connector: ConnectorRecord;
  readonly challengePassword: string;
  readonly ra: Certificate;
  /** How far the world's clock is ahead of the real one, in milliseconds. */
  ahead: number;
  handle: (message: Uint8Array) => Promise<PkiOperationResult>;
}

export async function makeEnrolmentWorld(
  tags: Readonly<Record<string, string>> = {},
): Promise<EnrolmentWorld> {
  const time = { ahead: 0 };
  const clock = () => Date.now() + time.ahead;
  const store = openInMemoryRecordStore(clock);
  const sealer = createSealer(createHash('sha256').update('test master key').digest());
  const issuer = createFakeIssuer();
  const quotas = { connectors: 10, challengesPerConnector: 10 };
  const parts = { store, sealer, issuer, clock, randomUuid: () => randomUUID(), quotas };
  const scope = { region: 'us-east-1', accountId: '000000000000' };
  const request = { certificateAuthorityArn: issuer.authorityArn, tags };
  const connectorId = await beginCreating(parts, scope, request);
  await resumeConnector(parts, connectorId);
  const connector = await findConnector(store, connectorId);
  if (connector === undefined) throw new Error('the connector was not stored');
  const { password } = await makeChallenge(parts, connector, { tags: {} });
  const findRaIdentities = createRaIdentityFinder(parts);
  const raIdentities = await findRaIdentities(connector.id);
  if (raIdentities === undefined) throw new Error('the connector has no RA identity');
  issuer.calls = 0;
  (issuer.issued as unknown[]).length = 0;
  const deps: EnrolmentDependencies = {
    store,
    sealer,
    issuer,
    findRaIdentities,
    findChallenge: (id) => (given) => findChallengeByPassword(parts, id, given),
    listChallengePasswords: (id) => listChallengePasswords(parts, id),
    clock,
    randomBytes: (length) => randomBytes(length),
  };
  return {
    deps,
    store,
    issuer,
    connector,
    challengePassword: password,
    ra: raIdentities.current.certificate,
    get ahead() {
      return time.ahead;
    },
    set ahead(milliseconds) {
      time.ahead = milliseconds;
    },
    handle: (message) => handlePkiOperation(deps, connector, message),
  };
}
