import type { KeyObject } from 'node:crypto';
import { DAY_MS } from '../../durations.ts';
import { deleteEntry, listEntries, putEntry } from '../../store/collection.ts';
import type { RecordStore, Write } from '../../store/record-store.ts';
import type { Sealer } from '../../store/seal.ts';
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import { type ConnectorRecord, connectorPartition } from '../connector-record.ts';
import { unlessDeleted } from '../deletion-mark.ts';
import { chooseRaIdentities } from './ra-identities.ts';
import {
  MAX_RA_GENERATIONS,
  raIdentities,
  raIdentityKey,
  raIdentitySealContext,
} from './ra-identity-record.ts';

/** A generation without its private key. */
export interface RaGeneration {
  readonly generation: number;
  /** Milliseconds since the epoch. */
  readonly activeFrom: number;
  readonly certificate: Certificate;
}

/** The generations of a connector that have not ended, oldest first. */
export async function listRaGenerations(
  store: RecordStore,
  connectorId: string,
): Promise<readonly RaGeneration[]> {
  const partition = connectorPartition(connectorId);
  const page = { limit: MAX_RA_GENERATIONS };
  const entries = await listEntries(store, partition, raIdentities, page);
  return entries.map(({ value: { generation, activeFrom, certificate } }) => ({
    generation,
    activeFrom,
    certificate: parseCertificate(certificate),
  }));
}

interface AddedGeneration {
  readonly activeFrom: number;
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
  /** Deletes every other generation in the same commit. */
  readonly retiresOthers?: boolean;
  /** Writes that are committed too, and whose conditions must hold. */
  readonly fence?: readonly Write[];
}

/**
 * Stores the generation that follows `existing`; it expires with its certificate. In a full
 * connector it replaces the oldest, never the current or the next one.
 * @returns undefined when another process has stored one since `existing` was read, when the
 * connector is being deleted, or when a condition in `fence` fails
 */
export async function storeRaGeneration(
  deps: { readonly store: RecordStore; readonly sealer: Sealer; readonly clock: () => number },
  { id, status }: Pick<ConnectorRecord, 'id' | 'status'>,
  existing: readonly RaGeneration[],
  { activeFrom, certificate, privateKey, retiresOthers = false, fence = [] }: AddedGeneration,
): Promise<RaGeneration | undefined> {
  // To a clock that is ahead all may seem to have ended; reusing a number would lose the key under
  // it.
  const unseen = status === 'CREATING' ? 0 : Math.floor(deps.clock() / DAY_MS);
  const generation = (existing.at(-1)?.generation ?? unseen) + 1;
  const sealedPrivateKey = deps.sealer.seal(
    privateKey.export({ format: 'der', type: 'pkcs8' }),
    raIdentitySealContext(id, generation),
  );
  const record = { generation, activeFrom, certificate: certificate.der, sealedPrivateKey };
  const usable = chooseRaIdentities(existing, deps.clock())?.usable ?? [];
  const excess = retiresOthers ? existing : usable.slice(MAX_RA_GENERATIONS - 1);
  const { outcome } = await deps.store.commit(connectorPartition(id), [
    putEntry(raIdentities, raIdentityKey(generation), record, {
      condition: 'absent',
      expiresAt: certificate.notAfter.getTime(),
    }),
    unlessDeleted(),
    ...fence,
    ...excess.map((other) => deleteEntry(raIdentities, raIdentityKey(other.generation))),
  ]);
  return outcome === 'committed' ? { generation, activeFrom, certificate } : undefined;
}
