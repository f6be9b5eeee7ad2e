import type { Command } from 'commander';
import { registerEnrolCommand } from './enrol.ts';
import { registerGetCertificateCommand } from './get-certificate.ts';
import { registerGetCrlCommand } from './get-crl.ts';
import { registerGetNextCaCommand } from './get-next-ca.ts';
import { registerPollCommand } from './poll.ts';
import { registerRenewCommand } from './renew.ts';

/** Registers the commands by which `scep-connector` is a SCEP client, in the order in which a device needs them. */
export function registerClientCommands(program: Command): void {
  registerEnrolCommand(program);
  registerPollCommand(program);
  registerRenewCommand(program);
  registerGetCertificateCommand(program);
  registerGetCrlCommand(program);
  registerGetNextCaCommand(program);
}
