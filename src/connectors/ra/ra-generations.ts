import type { KeyObject } from 'node:crypto';
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

const DAY = 86_400_000;

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

/**
 * Stores the generation that follows `existing`, which expires with its certificate. In a connector that is full the oldest gives
 * way to it, never the current one or the next; with `retiresOthers` all do. Undefined when another process has stored one since
 * `existing` was read, when the connector is being deleted, and when the condition of a write in `fence` does not hold.
 */
export async function storeRaGeneration(
  deps: { readonly store: RecordStore; readonly sealer: Sealer; readonly clock: () => number },
  { id, status }: Pick<ConnectorRecord, 'id' | 'status'>,
  existing: readonly RaGeneration[],
  added: {
    readonly activeFrom: number;
    readonly certificate: Certificate;
    readonly privateKey: KeyObject;
    readonly retiresOthers?: boolean;
  },
  fence: readonly Write[] = [],
): Promise<RaGeneration | undefined> {
  const { activeFrom, certificate, privateKey } = added;
  // When all have ended, it may be for a clock that is ahead alone: a number of theirs would cost the key that has it.
  const unseen = status === 'CREATING' ? 0 : Math.floor(deps.clock() / DAY);
  const generation = (existing.at(-1)?.generation ?? unseen) + 1;
  const sealedPrivateKey = deps.sealer.seal(
    privateKey.export({ format: 'der', type: 'pkcs8' }),
    raIdentitySealContext(id, generation),
  );
  const record = { generation, activeFrom, certificate: certificate.der, sealedPrivateKey };
  const usable = chooseRaIdentities(existing, deps.clock())?.usable ?? [];
  const excess = added.retiresOthers ? existing : usable.slice(MAX_RA_GENERATIONS - 1);
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
