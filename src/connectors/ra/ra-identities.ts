import { createPrivateKey, type KeyObject } from 'node:crypto';
import { createKeyTransport, type KeyTransport } from '../../cms/key-transport.ts';
import { IssuerError } from '../../issuer/issuer.ts';
import type { Entry } from '../../store/collection.ts';
import { listReadable } from '../../store/readable-entries.ts';
import type { RecordStore } from '../../store/record-store.ts';
import type { Sealer } from '../../store/seal.ts';
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import { type ConnectorRecord, connectorPartition } from '../connector-record.ts';
import {
  MAX_RA_GENERATIONS,
  type RaIdentityRecord,
  raIdentities,
  raIdentitySealContext,
} from './ra-identity-record.ts';

/** One generation of a connector's RA key and certificate. They are never the CA's. */
export interface RaIdentity {
  readonly generation: number;
  /** Milliseconds since the epoch: GetCACert serves this generation from then on. */
  readonly activeFrom: number;
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
  readonly keyTransport: KeyTransport;
}

/** The generations of one connector that have not ended. */
export interface RaIdentitySet {
  /** What GetCACert tells clients to encrypt to. */
  readonly current: RaIdentity;
  /** GetNextCACert announces it until its `activeFrom`; undefined without a rotation under way. */
  readonly next: RaIdentity | undefined;
  /**
   * Each opens and signs: the generation that a client encrypted to answers it (RFC 8894 section
   * 2.2). The current one first, then the next, then the others, newest first.
   */
  readonly usable: readonly RaIdentity[];
}

/** Undefined when no generation is valid. */
export type FindRaIdentities = (connectorId: string) => Promise<RaIdentitySet | undefined>;

/**
 * @throws IssuerError 'unavailable' when no generation is valid: they ended with their CA, and
 * `renewRaIdentities` makes another once the CA is valid again
 */
export async function requireRaIdentities(
  findRaIdentities: FindRaIdentities,
  { id, arn }: Pick<ConnectorRecord, 'id' | 'arn'>,
): Promise<RaIdentitySet> {
  const raIdentities = await findRaIdentities(id);
  if (raIdentities === undefined) {
    throw new IssuerError('unavailable', `${arn} has no valid RA identity; has its CA expired?`);
  }
  return raIdentities;
}

type OpenedGenerations = ReadonlyMap<number, RaIdentity>;

const MAX_CACHED_CONNECTORS = 10_000;

/**
 * Reads RA identities from the store at each call, so that a new generation is seen at once. A
 * generation whose record cannot be read is left out.
 * Opened keys of the connectors that were used last stay in memory, by the version of their record:
 * decoding a private key costs more than signing with it.
 */
export function createRaIdentityFinder(deps: {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly maxCachedConnectors?: number;
}): FindRaIdentities {
  const { maxCachedConnectors = MAX_CACHED_CONNECTORS } = deps;
  const cache = new Map<string, OpenedGenerations>();
  return async (connectorId) => {
    const partition = connectorPartition(connectorId);
    const page = { limit: MAX_RA_GENERATIONS };
    const entries = await listReadable(deps.store, partition, raIdentities, page);
    const opened = openGenerations(deps.sealer, connectorId, entries, cache.get(connectorId));
    cache.delete(connectorId);
    cache.set(connectorId, opened);
    const [longestUnused] = cache.keys();
    if (cache.size > maxCachedConnectors && longestUnused !== undefined) {
      cache.delete(longestUnused);
    }
    return chooseRaIdentities([...opened.values()], deps.clock());
  };
}

/**
 * The newest active generation is the current one; an older one never replaces it, whatever its
 * `activeFrom`. When the last active one has ended, the next takes over at once.
 */
export function chooseRaIdentities<
  Identity extends Pick<RaIdentity, 'generation' | 'activeFrom' | 'certificate'>,
>(
  identities: readonly Identity[],
  now: number,
): { current: Identity; next: Identity | undefined; usable: readonly Identity[] } | undefined {
  const valid = identities
    .filter(({ certificate }) => certificate.notAfter.getTime() > now)
    .toSorted((a, b) => b.generation - a.generation);
  const upcoming = (after: number) =>
    valid
      .filter(({ generation, activeFrom }) => generation > after && activeFrom > now)
      .toSorted((a, b) => a.activeFrom - b.activeFrom || b.generation - a.generation)[0];
  const current = valid.find(({ activeFrom }) => activeFrom <= now) ?? upcoming(0);
  if (current === undefined) return undefined;
  const next = upcoming(current.generation);
  const others = valid.filter((identity) => identity !== current && identity !== next);
  return { current, next, usable: [current, ...(next ? [next] : []), ...others] };
}

function openGenerations(
  sealer: Sealer,
  connectorId: string,
  entries: readonly Entry<RaIdentityRecord>[],
  known: OpenedGenerations | undefined,
): OpenedGenerations {
  return new Map(
    entries.map(({ version, value }) => [
      version,
      known?.get(version) ?? openRaIdentity(sealer, connectorId, value),
    ]),
  );
}

function openRaIdentity(
  sealer: Sealer,
  connectorId: string,
  { generation, activeFrom, certificate, sealedPrivateKey }: RaIdentityRecord,
): RaIdentity {
  const context = raIdentitySealContext(connectorId, generation);
  const pkcs8 = Buffer.from(sealer.open(sealedPrivateKey, context));
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return {
    generation,
    activeFrom,
    certificate: parseCertificate(certificate),
    privateKey,
    keyTransport: createKeyTransport(privateKey),
  };
}
