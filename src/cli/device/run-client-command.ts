import { UsageError } from '../../config/usage-error.ts';
import { discoverAuthority } from '../scep-client/scep-client.ts';
import { ScepClientError } from '../scep-client/scep-client-error.ts';
import type {
  DiscoveredAuthority,
  ScepClientSettings,
} from '../scep-client/scep-client-settings.ts';
import { readInput } from '../terminal/files.ts';
import type { ClientWorld } from './client-world.ts';
import type { PollOptions, ServerOptions } from './options.ts';
import { readTrust } from './read-enrol-inputs.ts';
import { describeCaution } from './report-enrolment.ts';

/**
 * Runs a client command. With --json every outcome prints an object, even a UsageError (exit code
 * 2) or a ScepClientError (1).
 */
export async function runClientCommand(
  { json = false }: { readonly json?: boolean },
  { print }: ClientWorld,
  run: () => Promise<number>,
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (json && (error instanceof UsageError || error instanceof ScepClientError)) {
      print(`${JSON.stringify({ status: 'error', message: error.message }, null, 2)}\n`);
    }
    throw error;
  }
}

/** @throws UsageError when a file of the options cannot be used. */
export async function clientSettings(
  options: ServerOptions & Partial<PollOptions>,
  { clock, randomBytes, sleep }: ClientWorld,
): Promise<ScepClientSettings> {
  const { url, timeout, tlsCa, method, digest, cipher, pollInterval = 0, pollLimit = 0 } = options;
  return {
    server: {
      url,
      timeoutMs: timeout * 1000,
      tlsCa: tlsCa === undefined ? undefined : (await readInput(tlsCa)).toString('latin1'),
    },
    trust: await readTrust(options),
    ...{ method, digest, cipher, clock, randomBytes, sleep },
    poll: { intervalMs: pollInterval * 1000, limit: pollLimit },
  };
}

/**
 * Discovers the CA and warns the user about its weaknesses.
 * @throws ScepClientError as `discoverAuthority` does
 */
export async function discoverWithCaution(
  settings: ScepClientSettings,
  { warn }: ClientWorld,
): Promise<DiscoveredAuthority> {
  const authority = await discoverAuthority(settings);
  for (const caution of describeCaution(settings, authority)) warn(`warning: ${caution}\n`);
  return authority;
}
