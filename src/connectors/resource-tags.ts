import { parseArn } from '../aws-wire/arn.ts';
import { type Entry, replaceEntry } from '../store/collection.ts';
import type { RecordStore, Write } from '../store/record-store.ts';
import { type ChallengeRecord, challenges } from './challenges/challenge-record.ts';
import { requireChallenge } from './challenges/require-challenge.ts';
import type { ConnectorScope } from './connector-arns.ts';
import { invalid } from './connector-errors.ts';
import { type ConnectorRecord, connectorPartition, connectors } from './connector-record.ts';
import { unlessDeleted } from './deletion-mark.ts';
import { requireConnector } from './require-connector.ts';
import { checkChallengeTags, checkConnectorTags } from './tags/check-tags.ts';

type Tags = Readonly<Record<string, string>>;

type Tagged =
  | {
      readonly kind: 'connector';
      readonly connector: ConnectorRecord;
      readonly entry: Entry<ConnectorRecord>;
    }
  | {
      readonly kind: 'challenge';
      readonly connector: ConnectorRecord;
      readonly entry: Entry<ChallengeRecord>;
    };

/** @throws AwsError ValidationException when it is not an ARN, ResourceNotFoundException */
export async function readResourceTags(
  store: RecordStore,
  scope: ConnectorScope,
  resourceArn: string,
): Promise<Tags> {
  return (await requireTagged(store, scope, resourceArn)).entry.value.tags;
}

/**
 * Replaces a resource's tags by what `change` makes of them, if those are allowed.
 * @throws AwsError ValidationException, ResourceNotFoundException
 */
export async function changeResourceTags(
  { store, clock }: { readonly store: RecordStore; readonly clock: () => number },
  scope: ConnectorScope,
  resourceArn: string,
  change: (tags: Tags) => Tags,
): Promise<void> {
  for (;;) {
    const tagged = await requireTagged(store, scope, resourceArn);
    const { id, status } = tagged.connector;
    if (status === 'DELETING') throw invalid(`${resourceArn} is being deleted`, 'INVALID_STATE');
    const changes = { tags: change(tagged.entry.value.tags), updatedAt: clock() };
    const writes = [putTagged(tagged, changes), unlessDeleted()];
    if ((await store.commit(connectorPartition(id), writes)).outcome === 'committed') return;
  }
}

async function requireTagged(
  store: RecordStore,
  scope: ConnectorScope,
  arn: string,
): Promise<Tagged> {
  if (parseArn(arn) === undefined) throw invalid('The ResourceArn is not an ARN');
  if (/\/challenge\//.test(arn)) {
    const { connector, challenge } = await requireChallenge(store, scope, arn);
    return { kind: 'challenge', connector, entry: challenge };
  }
  const entry = await requireConnector(store, scope, arn);
  return { kind: 'connector', connector: entry.value, entry };
}

function putTagged(
  tagged: Tagged,
  changes: { readonly tags: Tags; readonly updatedAt: number },
): Write {
  switch (tagged.kind) {
    case 'connector':
      checkConnectorTags(changes.tags);
      return replaceEntry(connectors, tagged.entry, { ...tagged.entry.value, ...changes });
    case 'challenge':
      checkChallengeTags(changes.tags);
      return replaceEntry(challenges, tagged.entry, { ...tagged.entry.value, ...changes });
  }
}
