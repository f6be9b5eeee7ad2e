import { join } from 'node:path';
import type { StoreOptions } from '../cli/store/store-options.ts';
import { warn } from '../cli/terminal/print.ts';
import type { LoadedSettings } from '../config/load-settings.ts';
import { type Wired, type WireSettings, wire } from '../wire.ts';
import { readWireSettings, requireStore } from './read-wire-settings.ts';

/** The store that a command will open. */
export interface StoreChoice {
  readonly settings: WireSettings;
  /** The current master key, 32 octets, and the other one while the master key is changed. */
  readonly masterKeys: readonly [current: Uint8Array, ...other: Uint8Array[]];
}

/** An open store. Servers may be running on it. */
export type StoreAccess = Pick<Wired, 'store' | 'sealer' | 'clock'> &
  Pick<StoreChoice, 'masterKeys'>;

/** The store that the options name. @throws UsageError for mistakes in options and settings */
export async function chooseStore(options: StoreOptions): Promise<StoreChoice> {
  const settings = await readWireSettings(options, storeAlone);
  const { masterKey, otherMasterKey } = settings;
  const other = otherMasterKey === undefined ? [] : [otherMasterKey];
  return { settings, masterKeys: [masterKey, ...other] };
}

/**
 * Runs something on a store, without a check of the master key.
 * @param mustExist refuses an embedded store that does not exist yet
 * @throws UsageError
 */
export async function withStore<T>(
  { settings, masterKeys }: StoreChoice,
  { mustExist }: { readonly mustExist: boolean },
  run: (access: StoreAccess) => Promise<T>,
): Promise<T> {
  if (mustExist) requireStore(settings);
  const { store, sealer, clock } = await wire(settings);
  try {
    return await run({ store, sealer, clock, masterKeys });
  } finally {
    await store.close();
  }
}

/** Reading and writing records needs no token, no buckets and no AWS. */
function storeAlone({ settings, masterKey, otherMasterKey, redis }: LoadedSettings): WireSettings {
  const report = (fault: string) => warn(`scep-connector: ${fault}\n`);
  return {
    storeDir: join(settings.dataDir, 'store'),
    redis: redis && { ...redis, report },
    ...{ masterKey, otherMasterKey },
  };
}
