import type { KeyUsage } from '../x509/key-usage.ts';
import type { KeyAlgorithm } from './key-algorithm.ts';
import type { ChallengeOptions } from './read-enrol-inputs.ts';
import type { ResultFileOptions } from './result-file-options.ts';
import type { PollOptions, ServerOptions } from './server-options.ts';

/** The options of `scep-connector enrol` as commander gives them, each checked by itself. */
export interface EnrolOptions
  extends ServerOptions,
    PollOptions,
    ChallengeOptions,
    ResultFileOptions {
  readonly subject?: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly email?: readonly string[];
  readonly uri?: readonly string[];
  readonly upn?: readonly string[];
  readonly keyUsage?: readonly KeyUsage[];
  /** Dotted. */
  readonly extendedKeyUsage?: readonly string[];
  readonly validityDays?: number;
  readonly csr?: string;
  readonly key?: string;
  /** Of the key to make. */
  readonly keyAlgorithm: KeyAlgorithm;
  readonly keyOut?: string;
}
