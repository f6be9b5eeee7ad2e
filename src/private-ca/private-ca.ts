import type { RecordStore } from '../store/record-store.ts';
import type { Sealer } from '../store/seal.ts';
import type { PrivateCaScope } from './private-ca-arns.ts';
import type { SigningKeys } from './signing-keys.ts';
import { createSigningKeys } from './signing-keys.ts';

export interface PrivateCaDependencies {
  readonly store: RecordStore;
  readonly sealer: Sealer;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Cryptographically random octets. */
  readonly randomBytes: (length: number) => Uint8Array;
  readonly scope: PrivateCaScope;
}

/** What every action works with. */
export interface PrivateCa extends PrivateCaDependencies {
  readonly signingKeys: SigningKeys;
  /** The CRLs that this process is building, by authority id: of calls at once one does the work. */
  readonly revocationListBuilds: Map<string, Promise<void>>;
}

/** The embedded private CA over a record store. Keep one for the process: it caches the authorities' keys. */
export function openPrivateCa(dependencies: PrivateCaDependencies): PrivateCa {
  return {
    ...dependencies,
    signingKeys: createSigningKeys(dependencies),
    revocationListBuilds: new Map(),
  };
}
