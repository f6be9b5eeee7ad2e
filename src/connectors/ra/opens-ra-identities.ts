import { type RecordStore, StoreUnavailableError } from '../../store/record-store.ts';
import { allConnectorIds } from '../account-record.ts';
import type { FindRaIdentities } from './ra-identities.ts';

const MAX_LOOKS = 3;

/**
 * Whether this server can open RA identities, judged by the first few connectors: true as soon as
 * one opens, or when there is none. One damaged record concerns its connector, not the server.
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
    if (looks === MAX_LOOKS) break;
  }
  return !hasFailed;
}
