import { deleteEntry } from '../../store/collection.ts';
import type { RecordStore } from '../../store/record-store.ts';
import type { Sealer } from '../../store/seal.ts';
import type { ConnectorScope } from '../connector-arns.ts';
import { connectorPartition } from '../connector-record.ts';
import { readCount, recount } from '../count-record.ts';
import { challengeDigestContext, challengeDigests, challenges } from './challenge-record.ts';
import { openChallengePassword } from './find-challenge.ts';
import { requireChallenge } from './require-challenge.ts';

/**
 * Deletes a challenge with every digest that leads to it.
 * @throws AwsError ResourceNotFoundException; SealError when the master key is a different one
 */
export async function removeChallenge(
  { store, sealer }: { readonly store: RecordStore; readonly sealer: Sealer },
  scope: ConnectorScope,
  arn: string,
): Promise<void> {
  for (;;) {
    const { connector, challenge } = await requireChallenge(store, scope, arn);
    const password = openChallengePassword(sealer, connector.id, challenge.value);
    const partition = connectorPartition(connector.id);
    const digests = sealer.digests(password, challengeDigestContext(connector.id));
    const { outcome } = await store.commit(partition, [
      deleteEntry(challenges, challenge.key, { version: challenge.version }),
      ...digests.map((digest) => deleteEntry(challengeDigests, digest)),
      recount(await readCount(store, partition, 'challenges'), -1),
    ]);
    if (outcome === 'committed') return;
  }
}
