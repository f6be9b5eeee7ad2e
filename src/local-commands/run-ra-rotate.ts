import { createHash } from 'node:crypto';
import type { RaRotateOptions } from '../cli/ra.ts';
import { print } from '../cli/terminal/print.ts';
import { UsageError } from '../config/usage-error.ts';
import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { findConnector } from '../connectors/find-connector.ts';
import type { RaGeneration } from '../connectors/ra/ra-generations.ts';
import { rotateRaIdentity } from '../connectors/ra/rotate-ra-identity.ts';
import { parseDuration } from '../connectors/tags/tag-value.ts';
import { DAY_MS } from '../durations.ts';
import { IssuerError } from '../issuer/issuer.ts';
import { findDevInstallation } from '../server/prepare-dev.ts';
import type { Wired } from '../wire.ts';
import { withWired } from './with-wired.ts';

const MAX_ACTIVE_IN_MS = 90 * DAY_MS;

/**
 * Runs `scep-connector ra rotate` on the store of a server, which sees the outcome at its next
 * request.
 */
export async function runRaRotate(
  named: string | undefined,
  { activeIn, retireOld = false, ...options }: RaRotateOptions,
): Promise<void> {
  const activeInMs = parseDuration(activeIn);
  if (activeInMs === undefined || activeInMs > MAX_ACTIVE_IN_MS) {
    throw new UsageError('--active-in takes a duration up to 90d, such as 14d, 12h, 15m or 30s');
  }
  if (retireOld && activeInMs > 0) {
    throw new UsageError('--retire-old ends the old keys at once, so --active-in cannot be later');
  }
  const added = await withWired(options, async (wired) => {
    const connector = await (named === undefined ? findDevConnector(wired) : find(wired, named));
    const rotation = { activeInMs, retiresOthers: retireOld };
    return rotateRaIdentity(wired, connector, rotation).catch(explainIssuerError);
  });
  print(describe(added));
}

async function findDevConnector(wired: Wired): Promise<ConnectorRecord> {
  const installation = await findDevInstallation(wired);
  if (installation !== undefined) return installation.connector;
  throw new UsageError('the store has no connector of dev; name the connector');
}

async function find({ store }: Wired, named: string): Promise<ConnectorRecord> {
  const [, id] = /^(?:arn:.*:connector\/)?([0-9a-f-]{36})$/.exec(named) ?? [];
  if (id === undefined)
    throw new UsageError(`${named} is neither the ARN nor the id of a connector`);
  const connector = await findConnector(store, id);
  if (connector === undefined || ![connector.arn, connector.id].includes(named)) {
    throw new UsageError(`there is no connector ${named} in the store`);
  }
  if (connector.status === 'ACTIVE') return connector;
  throw new UsageError(`the connector ${named} is ${connector.status}, and must be ACTIVE`);
}

/** Adds the cause of a failure of the CA, such as a token that the settings lack. */
function explainIssuerError(error: unknown): never {
  if (!(error instanceof IssuerError) || !(error.cause instanceof Error)) throw error;
  throw new Error(`${error.message}: ${error.cause.message}`, { cause: error });
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
