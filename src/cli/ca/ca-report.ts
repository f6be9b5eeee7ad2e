import { type Command, Option } from 'commander';
import { ApiError } from '../api/api-error.ts';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AnswerBody } from '../api/read-api-answer.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { printable } from '../terminal/print.ts';
import { createReportAnswer, describeReportAnswer } from './ca-answers.ts';
import { CA_ARGUMENT, completeCaArn } from './complete-ca-arn.ts';
import {
  addTextFileOptions,
  deliverText,
  requireFreeFile,
  type TextFileOptions,
} from './deliver-text.ts';
import { parseBucketName } from './revocation-options.ts';

interface ReportOptions extends ApiOptions, TextFileOptions {
  readonly format: 'JSON' | 'CSV';
  readonly bucket?: string;
}

/** The API requires a bucket name; a server with an embedded CA does not use it. */
const NO_BUCKET = 'scep-connector-reports';
const INTERVAL_MS = 500;
const PATIENCE_MS = 300_000;

/** Registers `scep-connector ca report`. */
export function registerCaReport(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('report')
    .description('print an audit report: the certificates that a CA has issued and revoked')
    .argument('<ca>', CA_ARGUMENT)
    .optionsGroup('Result:')
    .addOption(
      new Option('--format <name>', 'format of the report').choices(['JSON', 'CSV']).default('CSV'),
    )
    .option(
      '--bucket <name>',
      'write the report to this S3 bucket and print its location',
      parseBucketName,
    );
  addTextFileOptions(command);
  addApiOptions(command);
  command.action((ca: string, options: ReportOptions) =>
    runCaCommand(options, world, (api) => report(api, ca, options, world)),
  );
}

async function report(
  api: PrivateCaClient,
  text: string,
  options: ReportOptions,
  world: AdminWorld,
): Promise<number> {
  await requireFreeFile(options);
  const { bucket, format, json } = options;
  const own = { CertificateAuthorityArn: await completeCaArn(api, text) };
  const created = await api.call('CreateCertificateAuthorityAuditReport', {
    ...{ ...own, S3BucketName: bucket ?? NO_BUCKET, AuditReportResponseFormat: format },
  });
  const { AuditReportId } = readAnswer(createReportAnswer, created);
  const answer = await waitForReport(api, { ...own, AuditReportId }, world);
  const { S3BucketName, S3Key } = readAnswer(describeReportAnswer, answer);
  if (json) printJson(world, answer);
  else if (bucket !== undefined) world.print(`${printable(`s3://${S3BucketName}/${S3Key}`)}\n`);
  if (bucket === undefined && (!json || options.out !== undefined)) {
    await deliverText(readable(await api.read(S3Key)), options, world);
  }
  return 0;
}

async function waitForReport(
  api: PrivateCaClient,
  input: AnswerBody,
  { clock, sleep }: AdminWorld,
): Promise<AnswerBody> {
  const deadline = clock().getTime() + PATIENCE_MS;
  for (;;) {
    const answer = await api.call('DescribeCertificateAuthorityAuditReport', input);
    const { AuditReportStatus } = readAnswer(describeReportAnswer, answer);
    if (AuditReportStatus === 'SUCCESS') return answer;
    const isLate = clock().getTime() >= deadline;
    if (AuditReportStatus !== 'CREATING' || isLate) {
      throw new ApiError(`the report ${String(input['AuditReportId'])} is ${AuditReportStatus}`);
    }
    await sleep(INTERVAL_MS);
  }
}

/** Removes control characters, because devices have chosen the names in the report. */
function readable(report: Uint8Array): string {
  const lines = Buffer.from(report).toString('utf8').trimEnd().split(/\r?\n/);
  return lines.map((line) => `${printable(line)}\n`).join('');
}
