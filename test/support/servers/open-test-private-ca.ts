import { randomBytes } from 'node:crypto';
import {
  openPrivateCa,
  type PrivateCa,
  type PrivateCaDependencies,
} from '../../../src/private-ca/private-ca.ts';
import { createSealer } from '../../../src/store/seal.ts';
import { openInMemoryRecordStore } from '../fakes/in-memory-record-store.ts';

export const TEST_SCOPE = { region: 'us-east-1', accountId: '123456789012' };

/** A private CA in memory. It uses the machine's clock unless `changes` replaces it. */
export function openTestPrivateCa(changes: Partial<PrivateCaDependencies> = {}): PrivateCa {
  const clock = changes.clock ?? Date.now;
  return openPrivateCa({
    store: openInMemoryRecordStore(clock),
    sealer: createSealer(randomBytes(32)),
    clock,
    randomBytes,
    scope: TEST_SCOPE,
    ...changes,
  });
}
