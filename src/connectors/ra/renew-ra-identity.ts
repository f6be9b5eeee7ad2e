import type { Issuer } from '../../issuer/issuer.ts';
import type { RecordStore } from '../../store/record-store.ts';
import type { Sealer } from '../../store/seal.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { allConnectorIds } from '../account-record.ts';
import type { ConnectorRecord } from '../connector-record.ts';
import { findConnector } from '../find-connector.ts';
import { issueRaCertificate } from './issue-ra-certificate.ts';
import { listRaGenerations, type RaGeneration, storeRaGeneration } from './ra-generations.ts';
import { type EndTurn, takeTurn } from './take-turn.ts';

export interface RaRenewalDependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  readonly issuer: Issuer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly randomUuid: () => string;
}

const DAY = 86_400_000;
const LIFETIME = 365 * DAY;
/** A newest generation this close to its end gets a successor. */
const RENEW_BEFORE_END = 60 * DAY;
/** For how long GetNextCACert announces the successor before GetCACert serves it. */
const ANNOUNCEMENT = 14 * DAY;
/** A successor that lives no longer than this beyond the newest is not worth it: the CA's own end is what limits both. */
const LEAST_GAIN = DAY;

/**
 * Sees to it that the connector has an RA identity with life left: the first at once, later ones 60 days before the
 * newest ends, to take over two weeks later by the clock alone. Earlier generations stay until they end, so that clients which
 * hold them are served (protocol C21).
 * Any process may call it at any time: of two at once, the later to finish gives way; one that dies leaves nothing behind
 * but a certificate that nobody uses.
 * @param endTurn when it is called in a turn: without it any more, what was made is not stored
 * @returns the generation made, or undefined when none was due or another process was first
 * @throws IssuerError
 */
export async function renewRaIdentity(
  deps: RaRenewalDependencies,
  connector: ConnectorRecord,
  endTurn?: EndTurn,
): Promise<RaGeneration | undefined> {
  const existing = await listRaGenerations(deps.store, connector.id);
  const now = deps.clock();
  const newestEnd = endOfNewest(existing, now) ?? now;
  const remaining = Math.max(newestEnd - now, 0);
  if (remaining > RENEW_BEFORE_END) return undefined;
  const notAfter = await raNotAfter(deps, connector);
  if (remaining > 0 && notAfter.getTime() - newestEnd <= LEAST_GAIN) return undefined;
  const identity = await issueRaCertificate(deps, connector, notAfter);
  const activeFrom = now + Math.min(ANNOUNCEMENT, Math.floor(remaining / 2));
  const fence = endTurn ? [await endTurn()] : [];
  return storeRaGeneration(deps, connector, existing, { ...identity, activeFrom }, fence);
}

/** Whether the newest generation is so close to its end that `renewRaIdentity` would ask the CA for another. */
async function isRaIdentityDue(
  { store, clock }: Pick<RaRenewalDependencies, 'store' | 'clock'>,
  connectorId: string,
): Promise<boolean> {
  const now = clock();
  const newestEnd = endOfNewest(await listRaGenerations(store, connectorId), now);
  return newestEnd === undefined || newestEnd - now <= RENEW_BEFORE_END;
}

/**
 * Up to when there is a generation after the other. One that begins later was made by a clock that was ahead, and does not count; one
 * that is active and not valid yet has its date from a CA whose clock is ahead of this one, and does.
 */
function endOfNewest(generations: readonly RaGeneration[], now: number): number | undefined {
  return generations.reduce<number | undefined>((end, { activeFrom, certificate }) => {
    const begins = Math.min(activeFrom, certificate.notBefore.getTime());
    return begins <= Math.max(end ?? now, now) ? certificate.notAfter.getTime() : end;
  }, undefined);
}

/** When an RA certificate that is issued now ends: in a year, or with the CA. @throws IssuerError */
export async function raNotAfter(
  { issuer, clock }: Pick<RaRenewalDependencies, 'issuer' | 'clock'>,
  { certificateAuthorityArn }: ConnectorRecord,
): Promise<Date> {
  const { certificate } = await issuer.describeAuthority(certificateAuthorityArn);
  const authorityEnd = parseCertificate(certificate).notAfter.getTime();
  return new Date(Math.min(clock() + LIFETIME, authorityEnd));
}

/**
 * `renewRaIdentity` for every ACTIVE connector of every account that is due, of several replicas by one. Run it every quarter of an hour
 * on any replica.
 * @throws AggregateError of what hindered some of them, when all have had their turn
 */
export async function renewRaIdentities(deps: RaRenewalDependencies): Promise<void> {
  const errors: unknown[] = [];
  for await (const id of allConnectorIds(deps.store)) {
    try {
      const connector = await findConnector(deps.store, id);
      if (connector?.status !== 'ACTIVE' || !(await isRaIdentityDue(deps, id))) continue;
      await takeTurn(deps, id, (endTurn) => renewRaIdentity(deps, connector, endTurn));
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'RA identities could not be renewed');
}
