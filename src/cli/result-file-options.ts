import type { Command } from 'commander';

/** The options of the commands that end with a certificate: where to write what. */
export interface ResultFileOptions {
  readonly out: string;
  readonly certificateOut?: string;
  readonly chainOut?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addResultFileOptions(command: Command): void {
  command
    .option('--out <directory>', 'write the files here', '.')
    .option('--certificate-out <file>', 'instead of certificate.pem')
    .option('--chain-out <file>', 'instead of chain.pem')
    .option('--force', 'replace files that exist')
    .option('--json', 'print the result as JSON');
}
