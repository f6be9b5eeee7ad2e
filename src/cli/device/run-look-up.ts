import { encodePem } from '../../asn1/pem.ts';
import { UsageError } from '../../config/usage-error.ts';
import type { LookUpResult } from '../scep-client/look-up-over-scep.ts';
import type {
  DiscoveredAuthority,
  ScepClientSettings,
} from '../scep-client/scep-client-settings.ts';
import { exists, writeOutput } from '../terminal/files.ts';
import { printable } from '../terminal/print.ts';
import type { ClientWorld } from './client-world.ts';
import type { LookUpOptions } from './options.ts';
import { clientSettings, discoverWithCaution, runClientCommand } from './run-client-command.ts';

/** The result of a look-up in DER, and its label in PEM. */
export interface FoundObjects {
  readonly label: 'CERTIFICATE' | 'X509 CRL';
  readonly ders: readonly Uint8Array[];
}

/**
 * Runs a look-up and writes the result as PEM to the file or to standard output. Returns the exit
 * code: 0 found, 1 refused. `prepare` reads the inputs before anything is sent and returns the
 * function that calls the server.
 * @throws UsageError (exit code 2) for unusable input; ScepClientError (1) when the server cannot
 * be reached or trusted
 */
export async function runLookUp(
  options: LookUpOptions,
  world: ClientWorld,
  prepare: () => Promise<
    (
      settings: ScepClientSettings,
      authority: DiscoveredAuthority,
    ) => Promise<LookUpResult<FoundObjects>>
  >,
): Promise<number> {
  return runClientCommand(options, world, async () => {
    const { out, force = false } = options;
    if (out !== undefined && !force && (await exists(out))) {
      throw new UsageError(`${out} exists already. Use --force to replace it, or another --out`);
    }
    const ask = await prepare();
    const settings = await clientSettings(options, world);
    const authority = await discoverWithCaution(settings, world);
    const result = await ask(settings, authority);
    if (result.status === 'refused') {
      printRefusal(result, options.json === true, world);
      return 1;
    }
    await deliver(result.found, options, world);
    return 0;
  });
}

async function deliver(
  { label, ders }: FoundObjects,
  { out, force = false, json = false }: LookUpOptions,
  { print }: ClientWorld,
): Promise<void> {
  const pem = ders.map((der) => encodePem(label, der)).join('');
  if (out !== undefined) await writeOutput(out, pem, { force });
  const place = out === undefined ? { pem } : { file: out };
  if (json) print(`${JSON.stringify({ status: 'found', ...place }, null, 2)}\n`);
  else print(out === undefined ? pem : `found\n  written to  ${out}\n`);
}

function printRefusal(
  { failInfo, text }: Extract<LookUpResult<unknown>, { status: 'refused' }>,
  json: boolean,
  { print, warn }: ClientWorld,
): void {
  const failInfoText = text === undefined ? {} : { failInfoText: printable(text) };
  if (json) {
    print(`${JSON.stringify({ status: 'refused', failInfo, ...failInfoText }, null, 2)}\n`);
  }
  warn(`refused: ${failInfo}${text ? `: ${printable(text)}` : ''}\n`);
}
