import type { ResultFileOptions } from './result-file-options.ts';
import type { PollOptions, ServerOptions } from './server-options.ts';

/** The options of `scep-connector poll` as commander gives them, each checked by itself. */
export interface PollCommandOptions extends ServerOptions, PollOptions, ResultFileOptions {
  readonly csr: string;
  readonly key: string;
  readonly transactionId?: string;
  readonly oldCertificate?: string;
  readonly oldKey?: string;
}
