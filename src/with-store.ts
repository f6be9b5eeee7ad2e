import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreOptions } from './cli/store/store-options.ts';
import { loadSettings } from './config/load-settings.ts';
import type { MasterKeyFiles } from './config/read-master-key-files.ts';
import { readMasterKeyFiles } from './config/read-master-key-files.ts';
import { UsageError } from './config/usage-error.ts';
import type { Wired, WireSettings } from './wire.ts';
import { wire } from './wire.ts';

/** A store that a command works on, beside servers that may be running. */
export interface StoreAccess extends Pick<Wired, 'store' | 'sealer' | 'clock'> {
  /** The current master key, 32 octets, then the other one while it is being changed. */
  readonly masterKeys: readonly [current: Uint8Array, ...other: Uint8Array[]];
}

interface StoreChoice extends StoreOptions {
  /** Whether it is a mistake when an embedded store is not there yet. */
  readonly mustExist: boolean;
}

/**
 * Runs something on the store that the options name. Whether it may be used is not looked into.
 * @throws UsageError for mistakes in options and settings
 */
export async function withStore<T>(
  { mustExist, ...options }: StoreChoice,
  run: (access: StoreAccess) => Promise<T>,
): Promise<T> {
  const settings = await (options.dataDir === undefined
    ? settingsOfServe(options)
    : settingsOfDev({ ...options, dataDir: options.dataDir }));
  const { storeDir, redis, masterKey, otherMasterKey } = settings;
  if (mustExist && !redis && !existsSync(storeDir)) {
    throw new UsageError(`there is no store in ${storeDir}`);
  }
  const { store, sealer, clock } = await wire(settings);
  try {
    const other = otherMasterKey === undefined ? [] : [otherMasterKey];
    return await run({ store, sealer, clock, masterKeys: [masterKey, ...other] });
  } finally {
    await store.close();
  }
}

async function settingsOfServe(options: StoreOptions): Promise<WireSettings> {
  const { config, masterKeyFile, otherMasterKeyFile } = options;
  if (masterKeyFile !== undefined || otherMasterKeyFile !== undefined) {
    throw new UsageError('files with master keys go with --data-dir; settings name their own');
  }
  const { settings, masterKey, otherMasterKey, redis } = await loadSettings(config);
  const report = (fault: string) => process.stderr.write(`scep-connector: ${fault}\n`);
  return {
    storeDir: join(settings.dataDir, 'store'),
    redis: redis && { ...redis, report },
    ...{ masterKey, otherMasterKey },
  };
}

async function settingsOfDev(files: MasterKeyFiles): Promise<WireSettings> {
  return { storeDir: join(files.dataDir, 'store'), ...(await readMasterKeyFiles(files)) };
}
