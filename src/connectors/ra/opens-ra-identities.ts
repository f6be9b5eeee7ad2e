import { type RecordStore, StoreUnavailableError } from '../../store/record-store.ts';
import { allConnectorIds } from '../account-record.ts';
import type { FindRaIdentities } from './ra-identities.ts';

const LOOKS = 3;

/**
 * Whether RA identities can be opened here, as far as the first few connectors show: true as soon as one can, or when there is none. One
 * damaged record is a matter of its connector, not of the server.
 * @throws StoreUnavailableError
 */
export async function opensRaIdentities({
  store,
  findRaIdentities,
}: {
  readonly store: RecordStore;
  readonly findRaIdentities: FindRaIdentities;
}): Promise<boolean> {
  let looks = 0;
  let hasFailed = false;
  for await (const connectorId of allConnectorIds(store)) {
    try {
      if ((await findRaIdentities(connectorId)) !== undefined) return true;
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      hasFailed = true;
    }
    looks += 1;
    if (looks === LOOKS) break;
  }
  return !hasFailed;
}
