import { AwsError } from '../aws-wire/aws-error.ts';
import type { StoreOptions } from '../cli/store/store-options.ts';
import { UsageError } from '../config/usage-error.ts';
import { createLogger } from '../observability/logger.ts';
import { explainSealError, requireMasterKey } from '../server/require-master-key.ts';
import { explainAdapterError, wireSettings } from '../server/wire-settings.ts';
import { closeWired, type Wired, wire } from '../wire.ts';
import { readWireSettings, requireStore } from './read-wire-settings.ts';

/**
 * Runs something with all parts of a server, including its CA. Servers that are running see the
 * outcome at their next request.
 * @throws UsageError for mistakes in options and settings, when there is no store, and for a wrong
 *   master key
 */
export async function withWired<T>(
  options: StoreOptions,
  run: (wired: Wired) => Promise<T>,
): Promise<T> {
  const logger = createLogger('warn');
  const settings = await readWireSettings(options, (loaded) =>
    wireSettings(loaded, () => loaded.settings.publicUrl, logger),
  );
  requireStore(settings);
  const wired = await wire(settings).catch(explainAdapterError);
  try {
    await requireMasterKey(wired);
    return await run(wired).catch(explainSealError);
  } finally {
    await closeWired(wired);
  }
}

/** Shows the user why the embedded CA refuses. @throws UsageError in place of an AwsError */
export function explainAwsError(error: unknown): never {
  throw error instanceof AwsError ? new UsageError(error.message) : error;
}
