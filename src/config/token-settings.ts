import { readTextFile } from './read-text-file.ts';
import type { Settings } from './settings.ts';
import { UsageError } from './usage-error.ts';

/** How to open a PKCS #11 token. */
export interface TokenSettings {
  /** A shared library. */
  readonly module: string;
  readonly tokenLabel: string;
  readonly pin: string;
}

const MAX_PIN_OCTETS = 255;

/** Undefined without a token. @throws UsageError without the name or the contents of the file */
export async function readTokenSettings({
  keyStore: { module, tokenLabel, pin, pinFile },
}: Settings): Promise<TokenSettings | undefined> {
  const given = pin ?? (pinFile === undefined ? undefined : await readPinFile(pinFile));
  if (module === undefined || tokenLabel === undefined || given === undefined) return undefined;
  return { module, tokenLabel, pin: given };
}

/** The file must hold the PIN on one line and nothing else. */
async function readPinFile(file: string): Promise<string> {
  const text = await readTextFile(file, 'the file it names');
  const pin = text.replace(/\r?\n$/, '');
  if (/^\P{Cc}+$/u.test(pin) && Buffer.byteLength(pin) <= MAX_PIN_OCTETS) return pin;
  throw new UsageError('the file it names does not hold a PIN on one line');
}
