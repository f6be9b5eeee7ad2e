import { readTextFile } from './read-text-file.ts';
import type { Settings } from './settings.ts';
import { UsageError } from './usage-error.ts';

/** How to get at a PKCS #11 token. */
export interface TokenSettings {
  /** A shared library. */
  readonly module: string;
  readonly tokenLabel: string;
  readonly pin: string;
}

const MOST_OCTETS = 256;

/** Undefined without a token. @throws UsageError, which names neither the file nor what it holds */
export async function readTokenSettings({
  keyStore: { module, tokenLabel, pin, pinFile },
}: Settings): Promise<TokenSettings | undefined> {
  const given = pin ?? (pinFile === undefined ? undefined : await readPinFile(pinFile));
  if (module === undefined || tokenLabel === undefined || given === undefined) return undefined;
  return { module, tokenLabel, pin: given };
}

/** Its first line is the PIN and must be the only one. */
async function readPinFile(file: string): Promise<string> {
  const text = await readTextFile(file, 'the file it names');
  const pin = text.replace(/\r?\n$/, '');
  if (/^\P{Cc}+$/u.test(pin) && Buffer.byteLength(pin) < MOST_OCTETS) return pin;
  throw new UsageError('the file it names does not hold a PIN on one line');
}
