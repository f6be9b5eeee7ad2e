import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { requireClient } from '../clients/require-client.ts';
import { runOrThrow } from '../clients/run-command.ts';
import { tempDirectory } from '../servers/temp-directory.ts';

/** Where Debian, Fedora and Arch install the PKCS #11 module. */
const MODULES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/lib/libsofthsm2.so',
];
const MODULE = MODULES.find(existsSync) ?? '/usr/lib/softhsm/libsofthsm2.so';
const PACKAGE = path.resolve('node_modules/pkcs11js/build/Release/pkcs11.node');

export interface SoftHsm {
  readonly module: string;
  readonly tokenLabel: string;
  readonly pin: string;
  /**
   * The environment variable that a process needs to use the token. It is set in the tests' own
   * environment.
   */
  readonly environment: { readonly SOFTHSM2_CONF: string };
  /** Takes the token away, as if its cable was pulled. */
  unplug(): void;
  plugIn(): void;
}

/** Whether SoftHSM and pkcs11js are installed, for `describe.runIf`. */
export function hasSoftHsm(): boolean {
  return (
    requireClient('pkcs11js', [PACKAGE], 'npm ci, with Python and a C++ compiler,') &&
    requireClient('SoftHSM', ['softhsm2-util', MODULE])
  );
}

/**
 * Makes a token in its own directory. SoftHSM reads the environment when a process first uses it.
 */
export async function openSoftHsm(): Promise<SoftHsm> {
  const directory = tempDirectory();
  const tokens = path.join(directory, 'tokens');
  const unplugged = path.join(directory, 'unplugged');
  const configuration = path.join(directory, 'softhsm2.conf');
  mkdirSync(tokens);
  writeFileSync(configuration, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`);
  process.env['SOFTHSM2_CONF'] = configuration;
  const login = { tokenLabel: 'scep-connector test', pin: 'correct-horse-9' };
  await runOrThrow('softhsm2-util', [
    ...['--init-token', '--free', '--label', login.tokenLabel],
    ...['--pin', login.pin, '--so-pin', 'security-officer'],
  ]);
  return {
    ...login,
    module: MODULE,
    environment: { SOFTHSM2_CONF: configuration },
    unplug: () => renameSync(tokens, unplugged),
    plugIn: () => renameSync(unplugged, tokens),
  };
}
