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

/** A collection whose records have sealed members. */
export interface SealedCollection {
  readonly name: string;
  /** The names of its partitions are this prefix and the id of their owner. */
  readonly partitionPrefix: string;
  /** `resealRecords` on one partition. */
  readonly reseal: (deps: ResealDependencies, partition: string) => Promise<ResealCount>;
}

/**
 * Everything in the store that is sealed under the master key, apart from the key's own mark
 * (require-master-key.ts). A new collection with sealed members needs a line here, as
 * test/unit/local-commands/sealed-collections.test.ts requires.
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
    reseal: (deps, partition) => {
      const ownerId = partition.slice(partitionPrefix.length);
      return resealRecords(deps, { partition, ownerId, sealing });
    },
  };
}
