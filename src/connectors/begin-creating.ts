import type { Issuer } from '../issuer/issuer.ts';
import { putEntry } from '../store/collection.ts';
import type { RecordStore } from '../store/record-store.ts';
import {
  accountPartition,
  type ConnectorQuotas,
  listedConnectors,
  noteAccount,
} from './account-record.ts';
import { checkConnectorAuthority } from './check-connector-authority.ts';
import {
  type ClientToken,
  clientToken,
  findByClientToken,
  rememberClientToken,
} from './client-token.ts';
import { type ConnectorScope, connectorArn } from './connector-arns.ts';
import { quotaExceeded } from './connector-errors.ts';
import {
  CONNECTOR_KEY,
  type ConnectorRecord,
  connectorPartition,
  connectors,
} from './connector-record.ts';
import { readCount, recount } from './count-record.ts';
import { unlessDeleted } from './deletion-mark.ts';
import { checkConnectorTags } from './tags/check-tags.ts';
import { noteUnfinished } from './unfinished-connectors.ts';

interface Dependencies {
  readonly store: RecordStore;
  readonly issuer: Issuer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly randomUuid: () => string;
  readonly quotas: ConnectorQuotas;
}

export interface ConnectorRequest {
  readonly certificateAuthorityArn: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly mobileDeviceManagement?: ConnectorRecord['mobileDeviceManagement'];
  readonly clientToken?: string | undefined;
}

/**
 * Stores a connector that is CREATING; `resumeConnector` finishes it. One commit claims its id, its
 * place under the quota and its ClientToken; a second one stores it. If the call dies in between,
 * the same call completes it, or `resumeConnectors` releases the claim.
 * @returns the connector's id
 * @throws AwsError ValidationException, ConflictException, ServiceQuotaExceededException
 */
export async function beginCreating(
  deps: Dependencies,
  scope: ConnectorScope,
  request: ConnectorRequest,
): Promise<string> {
  const { clientToken: token, ...parameters } = request;
  checkConnectorTags(request.tags);
  await checkConnectorAuthority(deps.issuer, scope, request.certificateAuthorityArn);
  await noteAccount(deps.store, scope);
  const id = await claimId(
    deps,
    scope,
    token === undefined ? undefined : clientToken('CreateConnector', token, parameters),
  );
  // Calls with the same token share an id: the first stores the connector, unless it was deleted.
  await deps.store.commit(connectorPartition(id), [
    putEntry(connectors, CONNECTOR_KEY, newConnector(deps, scope, id, request), {
      condition: 'absent',
    }),
    unlessDeleted(),
  ]);
  return id;
}

async function claimId(
  deps: Dependencies,
  scope: ConnectorScope,
  token: ClientToken | undefined,
): Promise<string> {
  const { store, clock, randomUuid, quotas } = deps;
  const partition = accountPartition(scope);
  const id = randomUuid();
  const arnOf = (known: string) => connectorArn(scope, known);
  const resource = { partition, type: 'Connector', arnOf } as const;
  for (;;) {
    const known = token && (await findByClientToken(store, resource, token));
    if (known !== undefined) return known;
    const count = await readCount(store, partition, 'connectors');
    if (count.value >= quotas.connectors) throw quotaExceeded('Connector', quotas.connectors);
    await noteUnfinished(deps, id, scope);
    const { outcome } = await store.commit(partition, [
      putEntry(listedConnectors, id, { listedAt: clock() }, { condition: 'absent' }),
      recount(count, 1),
      ...(token ? [rememberClientToken(token, id, clock())] : []),
    ]);
    if (outcome === 'committed') return id;
  }
}

function newConnector(
  { clock, randomUuid }: Dependencies,
  scope: ConnectorScope,
  id: string,
  { certificateAuthorityArn, tags, mobileDeviceManagement }: ConnectorRequest,
): ConnectorRecord {
  const now = clock();
  return {
    arn: connectorArn(scope, id),
    id,
    accountId: scope.accountId,
    region: scope.region,
    certificateAuthorityArn,
    type: mobileDeviceManagement === undefined ? 'GENERAL_PURPOSE' : 'INTUNE',
    ...(mobileDeviceManagement && { mobileDeviceManagement }),
    status: 'CREATING',
    urlSecret: randomUuid(),
    tags: { ...tags },
    createdAt: now,
    updatedAt: now,
  };
}
