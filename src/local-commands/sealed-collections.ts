import { challengeSealContext, challenges } from '../connectors/challenges/challenge-record.ts';
import { moveChallengeDigest } from '../connectors/challenges/move-challenge-digest.ts';
import { connectorPartition } from '../connectors/connector-record.ts';
import { raIdentities, raIdentitySealContext } from '../connectors/ra/ra-identity-record.ts';
import {
  transactionSealContext,
  transactions,
} from '../enrolment/transaction/transaction-record.ts';
import {
  authorityKeySealContext,
  authorityKeys,
  authorityPartition,
} from '../private-ca/records/authority-record.ts';
import {
  type ResealCount,
  type ResealDependencies,
  resealRecords,
  type Sealing,
} from './reseal-records.ts';

/** A collection with records that hold something sealed. */
export interface SealedCollection {
  readonly name: string;
  /** What the names of its partitions begin with, before the id of their owner. */
  readonly partitionPrefix: string;
  /** As `resealRecords`. */
  readonly reseal: (deps: ResealDependencies, partition: string) => Promise<ResealCount>;
}

/**
 * All that stands in the store under the master key, but for the key's own mark (require-master-key.ts). A record that is to
 * hold something sealed needs its line here; test/unit/local-commands/sealed-collections.test.ts sees to that.
 */
export const SEALED_COLLECTIONS: readonly SealedCollection[] = [
  sealed(connectorPartition, {
    collection: challenges,
    contexts: (id, { key }) => ({ sealedPassword: challengeSealContext(id, key) }),
    alongside: moveChallengeDigest,
  }),
  sealed(connectorPartition, {
    collection: raIdentities,
    contexts: (id, { value }) => ({
      sealedPrivateKey: raIdentitySealContext(id, value.generation),
    }),
  }),
  sealed(connectorPartition, {
    collection: transactions,
    contexts: (id, { key }) => ({
      sealedCsr: transactionSealContext(id, key, 'csr'),
      sealedReplyPassword: transactionSealContext(id, key, 'reply-password'),
    }),
  }),
  sealed(authorityPartition, {
    collection: authorityKeys,
    contexts: (id) => ({ sealedPrivateKey: authorityKeySealContext(id) }),
  }),
];

function sealed<T extends object>(
  partitionOf: (ownerId: string) => string,
  sealing: Sealing<T>,
): SealedCollection {
  const partitionPrefix = partitionOf('');
  return {
    name: sealing.collection.name,
    partitionPrefix,
    reseal: (deps, partition) =>
      resealRecords(deps, partition, partition.slice(partitionPrefix.length), sealing),
  };
}
