import type { ConnectorRecord } from '../connector-record.ts';
import { isBeingDeleted } from '../deletion-mark.ts';
import { issueRaCertificate } from './issue-ra-certificate.ts';
import { listRaGenerations, type RaGeneration, storeRaGeneration } from './ra-generations.ts';
import { type RaRenewalDependencies, raNotAfter } from './renew-ra-identity.ts';

interface Rotation {
  readonly activeInMs: number;
  /** Deletes the earlier generations, for the case that their keys have leaked. */
  readonly retiresOthers?: boolean;
}

/**
 * Makes a new RA identity, even when the newest has long to live. GetCACert serves it after
 * `activeInMs`; until then GetNextCACert announces it. An earlier rotation that was to take effect
 * later is superseded. Old generations keep serving their clients, unless they are retired.
 * @throws RangeError when the certificate would end before it is active, or the connector is being
 * deleted
 * @throws IssuerError
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
