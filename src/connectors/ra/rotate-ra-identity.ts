import type { ConnectorRecord } from '../connector-record.ts';
import { isBeingDeleted } from '../deletion-mark.ts';
import { issueRaCertificate } from './issue-ra-certificate.ts';
import { listRaGenerations, type RaGeneration, storeRaGeneration } from './ra-generations.ts';
import { type RaRenewalDependencies, raNotAfter } from './renew-ra-identity.ts';

interface Rotation {
  /** Milliseconds. */
  readonly activeInMs: number;
  /** The generations before it end as soon as it is stored: somebody else may have their keys. */
  readonly retiresOthers?: boolean;
}

/**
 * Makes a new RA identity now, whatever life the newest has left. GetCACert serves it from `activeInMs` on; until then
 * GetNextCACert announces it. A rotation that takes effect earlier than one announced before replaces that one.
 * The old generations keep serving the clients that hold them, unless they are retired.
 * @throws RangeError when the new certificate would have ended by then, or the connector is being deleted; IssuerError
 */
export async function rotateRaIdentity(
  deps: RaRenewalDependencies,
  connector: ConnectorRecord,
  { activeInMs, retiresOthers = false }: Rotation,
): Promise<RaGeneration> {
  const notAfter = await raNotAfter(deps, connector);
  const activeFrom = deps.clock() + activeInMs;
  if (activeFrom >= notAfter.getTime()) {
    throw new RangeError(
      `the new RA certificate would end at ${notAfter.toISOString()}, before it is active`,
    );
  }
  const identity = await issueRaCertificate(deps, connector, notAfter);
  for (;;) {
    const existing = await listRaGenerations(deps.store, connector.id);
    const added = { ...identity, activeFrom, retiresOthers };
    const stored = await storeRaGeneration(deps, connector, existing, added);
    if (stored !== undefined) return stored;
    if (await isBeingDeleted(deps.store, connector.id)) {
      throw new RangeError(`${connector.arn} is being deleted`);
    }
  }
}
