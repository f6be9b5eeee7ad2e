import type { Command } from 'commander';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AnswerBody } from '../api/read-api-answer.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { printable } from '../terminal/print.ts';
import { type CertificatePem, certificateAnswer, csrAnswer } from './ca-answers.ts';
import { callUntilDone } from './call-until-done.ts';
import { CA_ARGUMENT, completeCaArn } from './complete-ca-arn.ts';
import {
  addTextFileOptions,
  deliverText,
  requireFreeFile,
  type TextFileOptions,
} from './deliver-text.ts';

interface CertificateOptions extends ApiOptions, TextFileOptions {
  readonly chain?: boolean;
}

interface PemCall {
  readonly api: PrivateCaClient;
  readonly text: string;
  readonly world: AdminWorld;
  readonly options: CertificateOptions;
}

interface PemResult {
  readonly answer: AnswerBody;
  readonly pem: string;
}

/** Registers `scep-connector ca certificate` and `ca csr`. */
export function registerCaCertificate(parent: Command, world: AdminWorld): void {
  const certificate = parent
    .command('certificate')
    .description('print the certificate of a CA, or a certificate that it issued')
    .argument('<ca>', `${CA_ARGUMENT}; or the ARN of a certificate that a CA issued`)
    .optionsGroup('Result:')
    .option('--chain', 'print the certificates of its issuers up to the root as well');
  addTextFileOptions(certificate);
  register(certificate, world, getCertificate);
  const csr = parent
    .command('csr')
    .description('print the certificate signing request of a CA')
    .argument('<ca>', CA_ARGUMENT)
    .optionsGroup('Result:');
  addTextFileOptions(csr);
  register(csr, world, getCsr);
}

function register(
  command: Command,
  world: AdminWorld,
  get: (call: PemCall) => Promise<PemResult>,
): void {
  addApiOptions(command);
  command.action((text: string, options: CertificateOptions) =>
    runCaCommand(options, world, async (api) => {
      await requireFreeFile(options);
      const { answer, pem } = await get({ api, text, world, options });
      if (options.json) printJson(world, answer);
      if (!options.json || options.out !== undefined) await deliverText(pem, options, world);
      return 0;
    }),
  );
}

async function getCertificate({ api, text, world, options }: PemCall): Promise<PemResult> {
  const [ca = '', serial] = text.split('/certificate/');
  const own = { CertificateAuthorityArn: await completeCaArn(api, ca) };
  const answer =
    serial === undefined
      ? await api.call('GetCertificateAuthorityCertificate', own)
      : await callUntilDone(api, 'GetCertificate', { ...own, CertificateArn: text }, world);
  return { answer, pem: pemOf(readAnswer(certificateAnswer, answer), options.chain) };
}

async function getCsr({ api, text, world }: PemCall): Promise<PemResult> {
  const own = { CertificateAuthorityArn: await completeCaArn(api, text) };
  const answer = await callUntilDone(api, 'GetCertificateAuthorityCsr', own, world);
  return { answer, pem: wellBehaved(readAnswer(csrAnswer, answer).Csr) };
}

/** The certificate, followed by its chain if `chain` is true. */
export function pemOf({ Certificate, CertificateChain }: CertificatePem, chain = false): string {
  return (
    wellBehaved(Certificate) + (chain && CertificateChain ? wellBehaved(CertificateChain) : '')
  );
}

/** Adds the last newline, which AWS omits, and removes control characters. */
function wellBehaved(pem: string): string {
  const lines = pem.trimEnd().split(/\r?\n/);
  return lines.map((line) => `${printable(line)}\n`).join('');
}
