import type { Command } from 'commander';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { formatRecord, formatTime } from '../api-command/format-table.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { type CaDescription, type CrlDescription, describeCaAnswer } from './ca-answers.ts';
import { CA_ARGUMENT, completeCaArn } from './complete-ca-arn.ts';
import { NO_CRL_BUCKET } from './revocation-options.ts';
import { formatSubject } from './subject-option.ts';

/** Registers `scep-connector ca show`. */
export function registerCaShow(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('show')
    .description('print the status, certificate dates and configuration of a CA')
    .argument('<ca>', CA_ARGUMENT);
  addApiOptions(command);
  command.action((ca: string, options: ApiOptions) =>
    runCaCommand(options, world, (api) => showCa(api, ca, options, world)),
  );
}

async function showCa(
  api: PrivateCaClient,
  text: string,
  { json }: ApiOptions,
  world: AdminWorld,
): Promise<number> {
  const own = { CertificateAuthorityArn: await completeCaArn(api, text) };
  const answer = await api.call('DescribeCertificateAuthority', own);
  if (json) printJson(world, answer);
  else world.print(recordOf(readAnswer(describeCaAnswer, answer).CertificateAuthority));
  return 0;
}

function recordOf(authority: CaDescription): string {
  const { CertificateAuthorityConfiguration: configuration, Serial } = authority;
  return formatRecord({
    arn: authority.Arn,
    status: authority.Status,
    reason: authority.FailureReason,
    type: authority.Type,
    subject: formatSubject(configuration.Subject),
    key: configuration.KeyAlgorithm,
    'signs with': configuration.SigningAlgorithm,
    serial: Serial && hexadecimal(Serial),
    'not before': timeOf(authority.NotBefore),
    'not after': timeOf(authority.NotAfter),
    ...revocationOf(authority),
    mode: authority.UsageMode,
    created: timeOf(authority.CreatedAt),
    changed: timeOf(authority.LastStateChangeAt),
    'restorable until': timeOf(authority.RestorableUntil),
  });
}

/** The serial number as openssl prints it. */
function hexadecimal(serial: string): string {
  return /^\d+$/.test(serial) ? BigInt(serial).toString(16).toUpperCase() : serial;
}

function timeOf(time: Date | null | undefined): string | undefined {
  return time ? formatTime(time) : undefined;
}

function revocationOf({ RevocationConfiguration: revocation }: CaDescription) {
  const { CrlConfiguration: crl, OcspConfiguration: ocsp } = revocation ?? {};
  return {
    crl: crl?.Enabled ? publishedCrl(crl) : 'none',
    ocsp: ocsp?.Enabled ? 'answered' : 'none',
  };
}

/** The API requires a bucket's name of every CA, also where the server itself serves CRLs. */
function publishedCrl({ ExpirationInDays: days, S3BucketName: bucket }: CrlDescription): string {
  const valid = days ? `, valid ${days} days` : '';
  const place =
    bucket && bucket !== NO_CRL_BUCKET ? `, in bucket ${bucket} if the server has S3` : '';
  return `published${valid}${place}`;
}
