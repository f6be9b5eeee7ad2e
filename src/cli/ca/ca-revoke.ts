import { type Command, Option } from 'commander';
import { DecodeError } from '../../asn1/decode-error.ts';
import { decodePem } from '../../asn1/pem.ts';
import { UsageError } from '../../config/usage-error.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import { type AdminWorld, confirm } from '../api-command/admin-world.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { readInput } from '../terminal/files.ts';
import { parseSerialNumber } from '../terminal/parse-option.ts';
import { CA_ARGUMENT, completeCaArn } from './complete-ca-arn.ts';

interface RevokeOptions extends ApiOptions {
  /** Content octets of the INTEGER. */
  readonly serial?: Uint8Array;
  readonly certificate?: string;
  readonly reason: string;
  readonly yes?: boolean;
}

/** RevocationReason of the API; RFC 5280 section 5.3.1. */
const REASONS = [
  'UNSPECIFIED',
  'KEY_COMPROMISE',
  'CERTIFICATE_AUTHORITY_COMPROMISE',
  'AFFILIATION_CHANGED',
  'SUPERSEDED',
  'CESSATION_OF_OPERATION',
  'PRIVILEGE_WITHDRAWN',
  'A_A_COMPROMISE',
];

/** Registers `scep-connector ca revoke`. */
export function registerCaRevoke(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('revoke')
    .description('revoke a certificate permanently')
    .argument('<ca>', `${CA_ARGUMENT}; the CA that issued the certificate`)
    .optionsGroup('Certificate:')
    .addOption(
      new Option('--serial <hexadecimal>', 'serial number of the certificate, as openssl prints it')
        .argParser(parseSerialNumber)
        .conflicts('certificate'),
    )
    .option('--certificate <pem>', 'file of the certificate, instead of its serial number')
    .addOption(
      new Option('--reason <reason>', 'reason in the CRL').choices(REASONS).default('UNSPECIFIED'),
    )
    .option('--yes', 'do not ask for confirmation; required without a terminal');
  addApiOptions(command);
  command.action((ca: string, options: RevokeOptions) =>
    runCaCommand(options, world, (api) => revoke(api, ca, options, world)),
  );
}

async function revoke(
  api: PrivateCaClient,
  text: string,
  options: RevokeOptions,
  world: AdminWorld,
): Promise<number> {
  const serial = colonSeparated(await readSerial(options));
  const arn = await completeCaArn(api, text);
  if (!options.yes) {
    await confirm(`Revoke the certificate ${serial} of ${arn}? This cannot be undone.`, world);
  }
  const answer = await api.call('RevokeCertificate', {
    CertificateAuthorityArn: arn,
    CertificateSerial: serial,
    RevocationReason: options.reason,
  });
  if (options.json) printJson(world, answer);
  return 0;
}

async function readSerial({ serial, certificate: file }: RevokeOptions): Promise<Uint8Array> {
  if (serial !== undefined) return serial;
  if (file === undefined) throw new UsageError('use --serial or --certificate');
  const bytes = await readInput(file);
  try {
    const der = decodePem('CERTIFICATE', bytes.toString('latin1'))[0] ?? bytes;
    return parseCertificate(der).serialNumber;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new UsageError(`${file} is not a certificate: ${error.message}`);
  }
}

/** The form of serial numbers in AWS's guide: without the octet that keeps an INTEGER positive. */
function colonSeparated(serial: Uint8Array): string {
  const hex = Buffer.from(serial)
    .toString('hex')
    .replace(/^00(?=..)/, '');
  return hex.match(/../g)?.join(':') ?? '';
}
