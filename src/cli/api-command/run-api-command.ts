import { UsageError } from '../../config/usage-error.ts';
import { ApiError } from '../api/api-error.ts';
import type { ApiService } from '../api/api-service.ts';
import { CONNECTOR_SERVICE, type ConnectorClient } from '../api/connector-service.ts';
import type { ApiClient } from '../api/create-api-client.ts';
import { PRIVATE_CA_SERVICE, type PrivateCaClient } from '../api/private-ca-service.ts';
import type { AdminWorld } from './admin-world.ts';
import type { ApiOptions } from './api-options.ts';

/**
 * Runs a command that calls the Connector for SCEP API. `run` returns the exit code. With --json
 * every outcome prints an object, even a UsageError (exit code 2) or an ApiError (1).
 */
export function runApiCommand(
  options: ApiOptions,
  world: AdminWorld,
  run: (api: ConnectorClient) => Promise<number>,
): Promise<void> {
  return runAt(CONNECTOR_SERVICE, options, world, run);
}

/** Runs a command that calls the Private CA API, in the same way as `runApiCommand`. */
export function runCaCommand(
  options: ApiOptions,
  world: AdminWorld,
  run: (api: PrivateCaClient) => Promise<number>,
): Promise<void> {
  return runAt(PRIVATE_CA_SERVICE, options, world, run);
}

async function runAt<Operation extends string>(
  service: ApiService<Operation>,
  options: ApiOptions,
  world: AdminWorld,
  run: (api: ApiClient<Operation>) => Promise<number>,
): Promise<void> {
  try {
    // Loaded when a command runs: the rest of the program does not wait for the packages of AWS.
    const { openApiClient } = await import('../api/open-api-client.ts');
    world.setExitCode(await run(await openApiClient(service, options, world)));
  } catch (error) {
    if (options.json && (error instanceof UsageError || error instanceof ApiError)) {
      printJson(world, { status: 'error', ...describe(error) });
    }
    throw error;
  }
}

export function printJson({ print }: AdminWorld, value: unknown): void {
  print(`${JSON.stringify(value, null, 2)}\n`);
}

function describe(error: UsageError | ApiError): Readonly<Record<string, unknown>> {
  const { message } = error;
  return error instanceof ApiError ? { code: error.code, message, ...error.members } : { message };
}
