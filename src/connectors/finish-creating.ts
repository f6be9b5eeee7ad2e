import { MINUTE_MS } from '../durations.ts';
import { IssuerError, type IssuerFault } from '../issuer/issuer.ts';
import { getEntry, replaceEntry } from '../store/collection.ts';
import type { RecordStore, Write } from '../store/record-store.ts';
import {
  CONNECTOR_KEY,
  type ConnectorRecord,
  connectorPartition,
  connectors,
} from './connector-record.ts';
import { listRaGenerations } from './ra/ra-generations.ts';
import { type RaRenewalDependencies, renewRaIdentity } from './ra/renew-ra-identity.ts';
import { type EndTurn, takeTurn, turns } from './ra/take-turn.ts';
import { type WarnOfCertificate, warnOfCertificates } from './warn-of-certificates.ts';

export interface CreatingDependencies extends RaRenewalDependencies {
  readonly warnOfCertificate?: WarnOfCertificate | undefined;
}

type StatusReason = NonNullable<ConnectorRecord['statusReason']>;

/** The status reason for a fault of the CA; undefined for one that may pass by itself. */
const REASONS: Readonly<Record<IssuerFault, StatusReason | undefined>> = {
  'not-found': 'PRIVATECA_RESOURCE_NOT_FOUND',
  'not-active': 'PRIVATECA_INVALID_STATE',
  'access-denied': 'PRIVATECA_ACCESS_DENIED',
  'invalid-request': 'INTERNAL_FAILURE',
  throttled: undefined,
  unavailable: undefined,
  unanswered: undefined,
};

/** How long after its creation a connector retries a CA that is unavailable. */
const PATIENCE_MS = 5 * MINUTE_MS;

/**
 * Makes the RA identity of a connector that is CREATING, and the connector ACTIVE, or FAILED when
 * the CA refuses.
 * @returns whether the connector has left CREATING; false while another process has the turn
 * @throws IssuerError, or another error after which a retry in twenty seconds may succeed
 */
export async function finishCreating(
  deps: CreatingDependencies,
  connector: ConnectorRecord,
): Promise<boolean> {
  const work = (endTurn: EndTurn) => finishInTurn(deps, connector, endTurn);
  return (await takeTurn(deps, connector.id, work)) ?? false;
}

async function finishInTurn(
  deps: CreatingDependencies,
  connector: ConnectorRecord,
  endTurn: EndTurn,
): Promise<boolean> {
  try {
    await requireUsableAuthority(deps, connector);
    await renewRaIdentity(deps, connector, endTurn);
  } catch (error) {
    const final = error instanceof IssuerError ? REASONS[error.fault] : undefined;
    const overdue = deps.clock() - connector.createdAt > PATIENCE_MS;
    const statusReason = final ?? (overdue ? 'INTERNAL_FAILURE' : undefined);
    if (statusReason === undefined) throw error;
    // FAILED needs the turn: another process may have found the CA in a better state since.
    const fence = await endTurn();
    return settle(deps, connector.id, { status: 'FAILED', statusReason }, fence);
  }
  // None when the turn was lost. One that another process made will do as well.
  if ((await listRaGenerations(deps.store, connector.id)).length === 0) return false;
  const isSettled = await settle(deps, connector.id, { status: 'ACTIVE' });
  await warnOfCertificates(deps, connector);
  return isSettled;
}

async function requireUsableAuthority(
  { issuer }: RaRenewalDependencies,
  { certificateAuthorityArn: arn }: ConnectorRecord,
): Promise<void> {
  const { status, usageMode } = await issuer.describeAuthority(arn);
  if (status !== 'ACTIVE') throw new IssuerError('not-active', `${arn} is not ACTIVE`);
  if (usageMode === 'SHORT_LIVED_CERTIFICATE') {
    throw new IssuerError('not-active', `${arn} is for short-lived certificates`);
  }
}

/** Tries again when its tags have changed meanwhile. @returns false when the turn was lost */
async function settle(
  { store, clock }: { readonly store: RecordStore; readonly clock: () => number },
  connectorId: string,
  outcome: Pick<ConnectorRecord, 'status' | 'statusReason'>,
  ...fence: readonly Write[]
): Promise<boolean> {
  const partition = connectorPartition(connectorId);
  for (;;) {
    const entry = await getEntry(store, partition, connectors, CONNECTOR_KEY);
    if (entry?.value.status !== 'CREATING') return true;
    const settled = { ...entry.value, ...outcome, updatedAt: clock() };
    const write = replaceEntry(connectors, entry, settled);
    const result = await store.commit(partition, [...fence, write]);
    if (result.outcome === 'committed') return true;
    if (result.collection === turns.name) return false;
  }
}
