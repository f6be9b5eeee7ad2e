import type { HolderOptions } from './holder-options.ts';
import type { KeyAlgorithm } from './key-algorithm.ts';
import type { ChallengeOptions } from './read-enrol-inputs.ts';
import type { ResultFileOptions } from './result-file-options.ts';
import type { PollOptions, ServerOptions } from './server-options.ts';

/** The options of `scep-connector renew` as commander gives them, each checked by itself. */
export interface RenewOptions
  extends ServerOptions,
    PollOptions,
    HolderOptions,
    ChallengeOptions,
    ResultFileOptions {
  readonly asPkcsReq?: boolean;
  readonly sameKey?: boolean;
  readonly newKey?: string;
  /** Of the key to make. */
  readonly keyAlgorithm: KeyAlgorithm;
  readonly keyOut?: string;
}
