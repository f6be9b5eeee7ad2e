import path from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { AdminWorld } from '../../../src/cli/api-command/admin-world.ts';
import { registerCaCommand } from '../../../src/cli/ca/ca.ts';
import { registerAdminCommands } from '../../../src/cli/connector/admin-commands.ts';
import { ACCESS_KEY, SESSION_KEY } from '../fakes/fake-connector-api.ts';
import { tempDirectory } from '../servers/temp-directory.ts';

interface AdminOutcome {
  /** Undefined when the command threw. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly error: unknown;
}

/** These two need a data directory: test/e2e/ca-keys.test.ts tests them. */
const NO_KEYS = { importCa: () => Promise.resolve(), exportCa: () => Promise.resolve() };

/** Keeps the AWS settings of this machine away from the tests of the file that calls this. */
export function isolateAwsEnvironment(): void {
  beforeEach(() => {
    const directory = tempDirectory();
    for (const name of Object.keys(process.env).filter((name) => name.startsWith('AWS_'))) {
      vi.stubEnv(name, undefined);
    }
    vi.stubEnv('AWS_CONFIG_FILE', path.join(directory, 'config'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', path.join(directory, 'credentials'));
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
}

/** Puts an administrator's access key and the endpoint of a fake API into the environment. */
export function stubAwsEnvironment(endpoint: string): void {
  vi.stubEnv('AWS_ENDPOINT_URL_PCA_CONNECTOR_SCEP', endpoint);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', ACCESS_KEY.id);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', ACCESS_KEY.secret);
}

/**
 * Runs an API command in this process and checks that its output contains no secret of
 * the credentials.
 */
export async function runAdmin(
  args: readonly string[],
  overrides: Partial<AdminWorld> = {},
): Promise<AdminOutcome> {
  const printed = { stdout: '', stderr: '' };
  let code: number | undefined;
  let now = Date.now();
  const world: AdminWorld = {
    print: (text) => {
      printed.stdout += text;
    },
    warn: (text) => {
      printed.stderr += text;
    },
    clock: () => new Date(now),
    sleep: (milliseconds) => {
      now += milliseconds;
      return Promise.resolve();
    },
    random: () => 0.5,
    randomUuid: () => '6f1c6a3e-0000-4000-8000-000000000001',
    ask: () => Promise.resolve(undefined),
    setExitCode: (value) => {
      code = value;
    },
    ...overrides,
  };
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeOut: world.print, writeErr: world.warn });
  registerAdminCommands(program, world);
  registerCaCommand(program, NO_KEYS, world);
  const error = await program.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const message = error instanceof Error ? error.message : '';
  for (const text of [printed.stdout, printed.stderr, message]) {
    for (const secret of [ACCESS_KEY.secret, SESSION_KEY.secret, SESSION_KEY.token]) {
      expect(text).not.toContain(secret);
    }
  }
  return { code, error, ...printed };
}
