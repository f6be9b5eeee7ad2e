import type { Command } from 'commander';
import { registerEnrolCommand } from './device/enrol.ts';
import { registerGetCertificateCommand } from './device/get-certificate.ts';
import { registerGetCrlCommand } from './device/get-crl.ts';
import { registerGetNextCaCommand } from './device/get-next-ca.ts';
import { registerPollCommand } from './device/poll.ts';
import { registerRenewCommand } from './device/renew.ts';

/** Registers the commands of the SCEP client, in the order in which a device needs them. */
export function registerClientCommands(program: Command): void {
  registerEnrolCommand(program);
  registerPollCommand(program);
  registerRenewCommand(program);
  registerGetCertificateCommand(program);
  registerGetCrlCommand(program);
  registerGetNextCaCommand(program);
}
