import path from 'node:path';
import { MAIN } from '../servers/spawn-server.ts';
import { tempDirectory } from '../servers/temp-directory.ts';
import { type CommandResult, runCommand } from './run-command.ts';

export interface Device {
  /** The SCEP URL. */
  readonly url: string;
  readonly challenge: string;
  /** SHA-256 in hexadecimal. */
  readonly caFingerprint: string;
  /** Such as CN=device-1. */
  readonly subject: string;
}

/** Enrols with the program's `enrol` command, as a device would. */
export async function enrolDevice(
  device: Device,
): Promise<CommandResult & { readonly certificateFile: string }> {
  const out = tempDirectory();
  const result = await runCommand(
    process.execPath,
    [
      ...[MAIN, 'enrol', '--url', device.url, '--ca-fingerprint', device.caFingerprint],
      ...['--subject', device.subject, '--out', out],
      // A busy machine can make the server answer PENDING.
      ...['--poll-interval', '1', '--poll-limit', '60'],
    ],
    { env: { SCEP_CHALLENGE: device.challenge } },
  );
  return { ...result, certificateFile: path.join(out, 'certificate.pem') };
}
