import { opensRaIdentities } from '../connectors/opens-ra-identities.ts';
import { isMasterKeyInUse } from '../require-master-key.ts';
import { StoreUnavailableError } from '../store/store-unavailable-error.ts';
import type { Wired } from '../wire.ts';

/**
 * What keeps this process from enrolling: the store, or a master key that does not open the RA keys in it. Never the CA's health: while
 * that is away devices can be told to come back, and no restart would help.
 */
export async function checkReadiness({
  store,
  sealer,
  enrolment,
}: Pick<Wired, 'store' | 'sealer' | 'enrolment'>): Promise<string | undefined> {
  try {
    if (!(await isMasterKeyInUse({ store, sealer }))) {
      return 'the master key is not that of the store';
    }
    const opens = await opensRaIdentities({ ...enrolment, store });
    return opens ? undefined : 'the keys of connectors cannot be opened';
  } catch (error) {
    if (error instanceof StoreUnavailableError) return 'the store cannot be used';
    throw error;
  }
}
