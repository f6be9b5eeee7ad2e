import { type Command, Option } from 'commander';
import { DecodeError } from '../../asn1/decode-error.ts';
import { decodePem, encodePem } from '../../asn1/pem.ts';
import { UsageError } from '../../config/usage-error.ts';
import { parseCertificationRequest } from '../../x509/parse-certification-request.ts';
import { SIGNING_ALGORITHMS } from '../../x509/signing-algorithm.ts';
import type { ApiInput } from '../api/api-service.ts';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { readInput } from '../terminal/files.ts';
import { printable } from '../terminal/print.ts';
import { base64, issueFromCa, templateArnFor } from './activate-authority.ts';
import { pemOf } from './ca-certificate.ts';
import { CA_ARGUMENT, completeCaArn, describeCa } from './complete-ca-arn.ts';
import {
  addTextFileOptions,
  deliverText,
  requireFreeFile,
  type TextFileOptions,
} from './deliver-text.ts';
import { type ApiValidity, parseValidity, VALIDITY_FORMS } from './validity-option.ts';

interface IssueOptions extends ApiOptions, TextFileOptions {
  readonly csr: string;
  readonly template: string;
  readonly validity: ApiValidity;
  readonly signingAlgorithm?: string;
  readonly apiPassthrough?: string;
  readonly chain?: boolean;
}

/** Registers `scep-connector ca issue`. */
export function registerCaIssue(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('issue')
    .description('issue a certificate for a CSR')
    .argument('<ca>', CA_ARGUMENT)
    .optionsGroup('Certificate:')
    .requiredOption('--csr <file>', 'certificate signing request (PKCS #10), PEM or DER')
    .option(
      '--template <name>',
      'name or ARN of an AWS Private CA template',
      'EndEntityCertificate/V1',
    )
    .addOption(
      new Option('--validity <time>', `validity of the certificate, ${VALIDITY_FORMS}`)
        .argParser(parseValidity)
        .default(parseValidity('365d'), '365d'),
    )
    .addOption(
      new Option(
        '--signing-algorithm <name>',
        'algorithm for the signature (default: that of the CA)',
      ).choices(Object.keys(SIGNING_ALGORITHMS)),
    )
    .option('--api-passthrough <json>', 'file with the ApiPassthrough of IssueCertificate as JSON')
    .option('--chain', 'print the certificates of its issuers up to the root as well');
  addTextFileOptions(command);
  addApiOptions(command);
  command.action((ca: string, options: IssueOptions) =>
    runCaCommand(options, world, (api) => issue(api, ca, options, world)),
  );
}

/** Prints the certificate, or its ARN if the certificate is written to a file. */
async function issue(
  api: PrivateCaClient,
  text: string,
  options: IssueOptions,
  world: AdminWorld,
): Promise<number> {
  await requireFreeFile(options);
  const Csr = base64(await readCsr(options.csr));
  const ApiPassthrough = await readPassthrough(options.apiPassthrough);
  const arn = await completeCaArn(api, text);
  const input = {
    ...{ CertificateAuthorityArn: arn, Csr, ApiPassthrough, Validity: options.validity },
    SigningAlgorithm: options.signingAlgorithm ?? (await algorithmOf(api, arn)),
    TemplateArn: templateArnFor(arn, options.template),
    // Random, because a user who repeats the command may want a second certificate.
    IdempotencyToken: world.randomUuid(),
  };
  const issued = await issueFromCa(api, input, world);
  const { out, json, chain } = options;
  if (json) printJson(world, { CertificateArn: issued.arn, ...issued.pem });
  if (!json || out !== undefined) await deliverText(pemOf(issued.pem, chain), options, world);
  if (!json && out !== undefined) world.print(`${printable(issued.arn)}\n`);
  return 0;
}

async function algorithmOf(api: PrivateCaClient, arn: string): Promise<string> {
  return (await describeCa(api, arn)).CertificateAuthorityConfiguration.SigningAlgorithm;
}

async function readCsr(file: string): Promise<string> {
  const bytes = await readInput(file);
  const label = 'CERTIFICATE REQUEST';
  const text = bytes.toString('latin1').replaceAll(`NEW ${label}`, label);
  try {
    const der = decodePem(label, text)[0] ?? bytes;
    parseCertificationRequest(der);
    return encodePem(label, der);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new UsageError(`${file} is not a PKCS #10 certification request: ${error.message}`);
  }
}

async function readPassthrough(file: string | undefined): Promise<ApiInput | undefined> {
  if (file === undefined) return undefined;
  const text = (await readInput(file)).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as ApiInput;
  } catch {
    // The message of the parser would quote the file.
  }
  throw new UsageError(`${file} does not hold a JSON object`);
}
