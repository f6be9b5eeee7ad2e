import { allConnectorIds } from './account-record.ts';
import { findConnector } from './find-connector.ts';
import type { RaRenewalDependencies } from './renew-ra-identity.ts';
import { isRaIdentityDue, renewRaIdentity } from './renew-ra-identity.ts';
import { takeTurn } from './take-turn.ts';

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
