import { DAY_MS } from '../../durations.ts';
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

const LIFETIME_MS = 365 * DAY_MS;
/** The newest generation gets a successor this long before its end. */
const RENEW_BEFORE_END_MS = 60 * DAY_MS;
/** GetNextCACert announces the successor this long before GetCACert serves it. */
const ANNOUNCEMENT_MS = 14 * DAY_MS;
/**
 * A successor must outlive the newest by more than this; otherwise the end of the CA limits both.
 */
const LEAST_GAIN_MS = DAY_MS;

/**
 * Makes an RA identity when one is due: the first at once, later ones 60 days before the newest
 * ends; GetCACert serves those two weeks later. Earlier generations serve until they end, for the
 * clients that hold them (RFC 8894 section 2.2). Any process may call it at any time. When two
 * calls overlap, the later one stores nothing; a call that dies leaves only a certificate that is
 * not used.
 * @param endTurn for a call in a turn: nothing is stored once that turn is lost
 * @returns the new generation; undefined when none was due or another process was first
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
  if (remaining > RENEW_BEFORE_END_MS) return undefined;
  const notAfter = await raNotAfter(deps, connector);
  if (remaining > 0 && notAfter.getTime() - newestEnd <= LEAST_GAIN_MS) return undefined;
  const identity = await issueRaCertificate(deps, connector, notAfter);
  const activeFrom = now + Math.min(ANNOUNCEMENT_MS, Math.floor(remaining / 2));
  const fence = endTurn ? [await endTurn()] : [];
  return storeRaGeneration(deps, connector, existing, { ...identity, activeFrom, fence });
}

/** Whether `renewRaIdentity` would ask the CA for another generation. */
async function isRaIdentityDue(
  { store, clock }: Pick<RaRenewalDependencies, 'store' | 'clock'>,
  connectorId: string,
): Promise<boolean> {
  const now = clock();
  const newestEnd = endOfNewest(await listRaGenerations(store, connectorId), now);
  return newestEnd === undefined || newestEnd - now <= RENEW_BEFORE_END_MS;
}

/**
 * The time until which generations follow each other without a gap. A generation that begins later
 * was made while a clock was ahead and does not count. One that is active but not valid yet has its
 * date from a CA whose clock is ahead, and counts.
 */
function endOfNewest(generations: readonly RaGeneration[], now: number): number | undefined {
  return generations.reduce<number | undefined>((end, { activeFrom, certificate }) => {
    const begins = Math.min(activeFrom, certificate.notBefore.getTime());
    return begins <= Math.max(end ?? now, now) ? certificate.notAfter.getTime() : end;
  }, undefined);
}

/**
 * When an RA certificate that is issued now ends: in a year, or with the CA.
 * @throws IssuerError
 */
export async function raNotAfter(
  { issuer, clock }: Pick<RaRenewalDependencies, 'issuer' | 'clock'>,
  { certificateAuthorityArn }: ConnectorRecord,
): Promise<Date> {
  const { certificate } = await issuer.describeAuthority(certificateAuthorityArn);
  const authorityEnd = parseCertificate(certificate).notAfter.getTime();
  return new Date(Math.min(clock() + LIFETIME_MS, authorityEnd));
}

/**
 * Runs `renewRaIdentity` for every ACTIVE connector that is due, on one replica at a time. Run it
 * every quarter of an hour on any replica.
 * @throws AggregateError with every failure, after all have had their turn
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
