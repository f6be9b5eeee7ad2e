import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { expect } from 'vitest';
import { encodePem } from '../../../src/asn1/pem.ts';
import type { ClientWorld } from '../../../src/cli/device/client-world.ts';
import type { Identity } from '../keys/test-authority.ts';
import { tempDirectory } from '../servers/temp-directory.ts';

interface ClientOutcome {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly error: unknown;
}

/**
 * Runs a client command in this process, as `register` registers it, and checks that its output
 * contains no secret.
 */
export async function runClient<Options>(
  register: (program: Command, run: (options: Options) => Promise<number>) => void,
  run: (options: Options, world: ClientWorld) => Promise<number>,
  args: readonly string[],
): Promise<ClientOutcome> {
  const printed = { stdout: '', stderr: '' };
  const world: ClientWorld = {
    print: (text) => {
      printed.stdout += text;
    },
    warn: (text) => {
      printed.stderr += text;
    },
    environment: { challengePassword: undefined },
    clock: () => new Date(),
    randomBytes,
    sleep: () => Promise.resolve(),
  };
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeOut: world.print, writeErr: world.warn });
  let code: number | undefined;
  register(program, async (options) => {
    code = await run(options, world);
    return 0;
  });
  const error = await program.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const message = error instanceof Error ? error.message : '';
  for (const text of [printed.stdout, printed.stderr, message]) {
    expect(text).not.toContain('hidden-in-the-path');
    expect(text).not.toContain('PRIVATE KEY');
  }
  return { code, error, ...printed };
}

/** Writes the files with which a device proves its identity. */
export function writeHolder({ certificate, privateKey }: Identity): {
  readonly certificateFile: string;
  readonly keyFile: string;
} {
  const directory = tempDirectory();
  const certificateFile = path.join(directory, 'old.pem');
  const keyFile = path.join(directory, 'old.key');
  writeFileSync(certificateFile, encodePem('CERTIFICATE', certificate.der));
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return { certificateFile, keyFile };
}
