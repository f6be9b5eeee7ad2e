import type { Command } from 'commander';

/** The options of the commands that need a certificate of the CA to speak for the device. */
export interface HolderOptions {
  readonly certificate: string;
  readonly key: string;
}

export function addHolderOptions(command: Command, which: string): void {
  command
    .requiredOption('--certificate <file>', `${which} (PEM)`)
    .requiredOption('--key <file>', 'its private key (PEM)');
}
