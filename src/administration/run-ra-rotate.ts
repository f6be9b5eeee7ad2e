import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadMasterKey } from '../config/master-key.ts';
import type { RaRotateSettings } from '../config/ra-rotate-settings.ts';
import { UsageError } from '../config/usage-error.ts';
import type { RaGeneration } from '../connectors/ra-generations.ts';
import { rotateRaIdentity } from '../connectors/rotate-ra-identity.ts';
import { parseDuration } from '../connectors/tag-value.ts';
import { explainSealError } from '../require-master-key.ts';
import { findDevInstallation } from '../server/prepare-dev.ts';
import { wire } from '../wire.ts';

const MAX_ACTIVE_IN = 90 * 86_400_000;

/** Runs `scep-connector ra rotate` on the store of a development server, which sees the outcome at its next request. */
export async function runRaRotate({ dataDir, activeIn }: RaRotateSettings): Promise<void> {
  const activeInMs = parseDuration(activeIn);
  if (activeInMs === undefined || activeInMs > MAX_ACTIVE_IN) {
    throw new UsageError('--active-in takes a duration up to 90d, such as 14d, 12h, 15m or 30s');
  }
  const storeDir = join(dataDir, 'store');
  if (![storeDir, join(dataDir, 'master.key')].every(existsSync)) {
    throw new UsageError(`--data-dir ${dataDir} is not a server's; run scep-connector dev first`);
  }
  const masterKey = await loadMasterKey(dataDir);
  const wired = await wire({ storeDir, masterKey });
  try {
    const installation = await findDevInstallation(wired).catch(explainSealError);
    if (installation === undefined) {
      throw new UsageError(`--data-dir ${dataDir} has no connector; run scep-connector dev first`);
    }
    const added = await rotateRaIdentity(wired, installation.connector, { activeInMs });
    process.stdout.write(describe(added));
  } finally {
    await wired.store.close();
  }
}

function describe({ generation, activeFrom, certificate }: RaGeneration): string {
  const fingerprint = createHash('sha256').update(certificate.der).digest('hex');
  return [
    `RA generation ${generation}`,
    `  active from  ${new Date(activeFrom).toISOString()}`,
    `  ends         ${certificate.notAfter.toISOString()}`,
    `  SHA-256      ${fingerprint}`,
    '',
  ].join('\n');
}
