import type { Issuer } from '../issuer/issuer.ts';
import { putEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';
import type { ConnectorScope } from './connector-arns.ts';
import { connectorArn } from './connector-arns.ts';
import { readConnectorPolicy } from './connector-policy.ts';
import type { ConnectorRecord } from './connector-record.ts';
import { CONNECTOR_KEY, connectorPartition, connectors } from './connector-record.ts';
import { renewRaIdentity } from './renew-ra-identity.ts';

interface Dependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  readonly issuer: Issuer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly randomUuid: () => string;
}

/**
 * Makes an ACTIVE connector with its RA identity. The connector is stored last, so one that can be found can also answer.
 * @throws RangeError for tags that `readConnectorPolicy` refuses; IssuerError
 */
export async function createConnector(
  deps: Dependencies,
  scope: ConnectorScope,
  request: {
    readonly certificateAuthorityArn: string;
    readonly tags: Readonly<Record<string, string>>;
  },
): Promise<ConnectorRecord> {
  readConnectorPolicy(request.tags);
  const id = deps.randomUuid();
  const connector: ConnectorRecord = {
    arn: connectorArn(scope, id),
    id,
    accountId: scope.accountId,
    region: scope.region,
    certificateAuthorityArn: request.certificateAuthorityArn,
    type: 'GENERAL_PURPOSE',
    status: 'ACTIVE',
    urlSecret: deps.randomUuid(),
    tags: { ...request.tags },
    createdAt: deps.clock(),
    updatedAt: deps.clock(),
  };
  await renewRaIdentity(deps, connector);
  await deps.store.commit(connectorPartition(id), [
    putEntry(connectors, CONNECTOR_KEY, connector, { condition: 'absent' }),
  ]);
  return connector;
}
