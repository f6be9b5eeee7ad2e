import { createHash, randomBytes } from 'node:crypto';
import {
  findChallengeByPassword,
  listChallengePasswords,
} from '../../../src/connectors/challenges/find-challenge.ts';
import type { ConnectorRecord } from '../../../src/connectors/connector-record.ts';
import { createRaIdentityFinder } from '../../../src/connectors/ra/ra-identities.ts';
import type { EnrolmentDependencies } from '../../../src/enrolment/decider.ts';
import { createEmbeddedIssuer } from '../../../src/issuer/embedded/embedded-issuer.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { activateRoot } from '../../../src/private-ca/activate-root.ts';
import { openPrivateCa, type PrivateCa } from '../../../src/private-ca/private-ca.ts';
import type { RecordStore } from '../../../src/store/record-store.ts';
import { createSealer } from '../../../src/store/seal.ts';
import type { Certificate } from '../../../src/x509/parse-certificate.ts';
import { openInMemoryRecordStore } from '../fakes/in-memory-record-store.ts';
import { countIssued, makeConnector } from './acm-pca-world.ts';
import { TEST_SCOPE } from './open-test-private-ca.ts';

/** One connector with one challenge on an embedded CA, for any number of replicas on one store. */
export interface EmbeddedWorld {
  readonly store: RecordStore;
  readonly ca: PrivateCa;
  readonly authorityArn: string;
  readonly connector: ConnectorRecord;
  readonly challengePassword: string;
  readonly ra: Certificate;
  /** A process on the world's store, or on another view of it, with parts of its CA exchanged. */
  replica(store?: RecordStore, changes?: Partial<PrivateCa>): EnrolmentDependencies;
  /** How many certificates the CA has issued to devices. */
  countIssued(): Promise<number>;
  /** Disables the CA, or enables it again. */
  setStatus(status: 'ACTIVE' | 'DISABLED'): Promise<void>;
  /** Moves time on. */
  pass(milliseconds: number): void;
}

export async function makeEmbeddedWorld(
  tags: Readonly<Record<string, string>> = {},
  openStore: (clock: () => number) => RecordStore = openInMemoryRecordStore,
): Promise<EmbeddedWorld> {
  let ahead = 0;
  const clock = () => Date.now() + ahead;
  const store = openStore(clock);
  const sealer = createSealer(createHash('sha256').update('test master key').digest());
  const openCa = (view: RecordStore) =>
    openPrivateCa({ store: view, sealer, clock, randomBytes, scope: TEST_SCOPE });
  const ca = openCa(store);
  const authorityArn = await activateRoot(ca, {
    ...{ name: 'embedded', subject: { CommonName: 'Embedded CA' } },
    ...{ keyAlgorithm: 'EC_prime256v1', signingAlgorithm: 'SHA256WITHECDSA' },
    validity: { Type: 'YEARS', Value: 10 },
  });
  const replica = (
    view: RecordStore = store,
    changes: Partial<PrivateCa> = {},
  ): EnrolmentDependencies => {
    const parts = { store: view, sealer, clock };
    return {
      ...{ ...parts, randomBytes, issuer: createEmbeddedIssuer({ ...openCa(view), ...changes }) },
      findRaIdentities: createRaIdentityFinder(parts),
      findChallenge: (id) => (given) => findChallengeByPassword(parts, id, given),
      listChallengePasswords: (id) => listChallengePasswords(parts, id),
    };
  };
  const made = await makeConnector(replica(), TEST_SCOPE, authorityArn, tags);
  const before = await countIssued(ca, authorityArn);
  return {
    ...{ store, ca, authorityArn, replica, ...made },
    countIssued: async () => (await countIssued(ca, authorityArn)) - before,
    async setStatus(Status) {
      const input = { CertificateAuthorityArn: authorityArn, Status };
      await ACTIONS.UpdateCertificateAuthority(ca, input);
    },
    pass(milliseconds) {
      ahead += milliseconds;
    },
  };
}
