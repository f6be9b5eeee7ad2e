import type { CaExportOptions } from '../cli/ca/ca-export.ts';
import { readPassphrase, writeOutput } from '../cli/terminal/files.ts';
import { warn } from '../cli/terminal/print.ts';
import { UsageError } from '../config/usage-error.ts';
import { scopedTo } from '../private-ca/model/ca-context.ts';
import { scopeOf } from '../private-ca/model/private-ca-arns.ts';
import { openExportableKey } from '../private-ca/open-exportable-key.ts';
import { explainAwsError, withWired } from './with-wired.ts';

const MIN_PASSPHRASE_LENGTH = 12;

/**
 * Runs `scep-connector ca export` on the store of a server. The key is never written without a
 * passphrase.
 */
export async function runCaExport(arn: string, options: CaExportOptions): Promise<void> {
  const { out, force = false } = options;
  const passphrase = await readPassphrase(options.passphraseFile);
  if (passphrase.length < MIN_PASSPHRASE_LENGTH) {
    throw new UsageError(`the passphrase must have ${MIN_PASSPHRASE_LENGTH} characters or more`);
  }
  const key = await withWired(options, async ({ privateCa }) =>
    openExportableKey(scopedTo(privateCa, scopeOf(arn)), arn),
  ).catch(explainAwsError);
  const pem = key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase });
  await writeOutput(out, pem.toString(), { force, secret: true });
  warn(`${out} is the CA: anyone who has it and its passphrase can issue certificates as the CA\n`);
}
