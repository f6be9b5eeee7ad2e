import type { Command } from 'commander';
import { DecodeError } from '../../asn1/decode-error.ts';
import { decodePem, encodePem } from '../../asn1/pem.ts';
import { isIssuedBy } from '../../x509/is-issued-by.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { parseCrl } from '../../x509/parse-crl.ts';
import { ApiError } from '../api/api-error.ts';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { idOf } from '../api-command/complete-arn.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { exchangeHttp, HttpFailure } from '../scep-client/exchange-http.ts';
import { readInput } from '../terminal/files.ts';
import { parseServerUrl } from '../terminal/parse-option.ts';
import { certificateAnswer } from './ca-answers.ts';
import { CA_ARGUMENT, completeCaArn } from './complete-ca-arn.ts';
import {
  addTextFileOptions,
  deliverText,
  requireFreeFile,
  type TextFileOptions,
} from './deliver-text.ts';

interface CrlOptions extends ApiOptions, TextFileOptions {
  readonly url?: URL;
}

/** A CRL of 100,000 entries has 4 MiB. */
const MAX_CRL_OCTETS = 64 * 1_048_576;

/** Registers `scep-connector ca crl`. */
export function registerCaCrl(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('crl')
    .description('print the complete CRL of a CA')
    .argument('<ca>', CA_ARGUMENT)
    .optionsGroup('Result:')
    .option(
      '--url <url>',
      'get it where devices do, under the publicUrl of the server (default: from the API)',
      parseServerUrl,
    );
  addTextFileOptions(command);
  addApiOptions(command);
  command.action((ca: string, options: CrlOptions) =>
    runCaCommand(options, world, (api) => getCrl(api, ca, options, world)),
  );
}

async function getCrl(
  api: PrivateCaClient,
  text: string,
  options: CrlOptions,
  world: AdminWorld,
): Promise<number> {
  await requireFreeFile(options);
  const arn = await completeCaArn(api, text);
  const own = { CertificateAuthorityArn: arn };
  const answer = await api.call('GetCertificateAuthorityCertificate', own);
  const path = `crl/${idOf(arn)}.crl`;
  const { url } = options;
  const der = url === undefined ? await api.read(path) : await download(below(url, path), options);
  requireSigned(der, readAnswer(certificateAnswer, answer).Certificate);
  const pem = encodePem('X509 CRL', der);
  if (options.json) printJson(world, { url: url && below(url, path).href, pem });
  if (!options.json || options.out !== undefined) await deliverText(pem, options, world);
  return 0;
}

function below(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`;
  return url;
}

async function download(url: URL, { timeout, tlsCa: file }: CrlOptions): Promise<Uint8Array> {
  const tlsCa = file === undefined ? undefined : (await readInput(file)).toString('latin1');
  const limits = { timeoutMs: timeout * 1_000, tlsCa, maxBody: MAX_CRL_OCTETS };
  try {
    const { status, body } = await exchangeHttp({ url, method: 'GET', headers: {} }, limits);
    if (status === 200) return body;
    throw new ApiError(`there is no CRL at ${url.href}: HTTP ${status}`);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw new ApiError(`there is no CRL at ${url.href}: ${error.message}`);
  }
}

function requireSigned(crl: Uint8Array, certificate: string): void {
  try {
    const [issuer] = decodePem('CERTIFICATE', certificate).map(parseCertificate);
    if (issuer !== undefined && isIssuedBy(parseCrl(crl), issuer)) return;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new ApiError('the server returned no CRL that the CA has signed');
}
