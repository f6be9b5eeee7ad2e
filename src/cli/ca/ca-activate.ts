import { type Command, Option } from 'commander';
import { DecodeError } from '../../asn1/decode-error.ts';
import { decodePem, encodePem } from '../../asn1/pem.ts';
import { UsageError } from '../../config/usage-error.ts';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { readInput } from '../terminal/files.ts';
import { activateAuthority, installCertificate } from './activate-authority.ts';
import {
  type ActivationOptions,
  activationOf,
  addActivationOptions,
  requireOptionsFor,
} from './activation-options.ts';
import type { CertificatePem } from './ca-answers.ts';
import { CA_ARGUMENT, completeCaArn, describeCa } from './complete-ca-arn.ts';
import {
  type CaCertificate,
  formatReplacement,
  readCaCertificate,
} from './replaced-certificate.ts';

interface ActivateOptions extends ApiOptions, ActivationOptions {
  readonly certificate?: string;
  readonly chain?: string;
  readonly renew?: boolean;
}

/** Registers `scep-connector ca activate`, which continues where `ca create` ended. */
export function registerCaActivate(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('activate')
    .description(
      'install the certificate of a CA, signed by itself, by its parent or by another server',
    )
    .argument('<ca>', CA_ARGUMENT)
    .optionsGroup('Certificate:');
  addActivationOptions(command);
  command
    .addOption(
      new Option(
        '--certificate <pem>',
        'install this certificate, which another server issued for the CSR',
      ).conflicts([...['parent', 'pathLength', 'validity']]),
    )
    .option('--chain <pem>', 'with --certificate: certificates from its issuer up to the root')
    .option(
      '--renew',
      'replace the certificate of an ACTIVE CA and print old and new; the CA keeps its key',
    );
  addApiOptions(command);
  command.action((ca: string, options: ActivateOptions) =>
    runCaCommand(options, world, (api) => activateCa(api, ca, options, world)),
  );
}

async function activateCa(
  api: PrivateCaClient,
  text: string,
  options: ActivateOptions,
  world: AdminWorld,
): Promise<number> {
  const given = await readCertificates(options);
  const arn = await completeCaArn(api, text);
  const { Status, Type, NotAfter } = await describeCa(api, arn);
  if (Status === 'ACTIVE' && !options.renew) {
    throw new UsageError(`${arn} is ACTIVE already; use --renew to replace its certificate`);
  }
  const replaced = NotAfter ? await readCaCertificate(api, arn) : undefined;
  if (given !== undefined) await installCertificate(api, arn, given);
  else await issueAndInstall(api, { arn, type: Type, replaced }, options, world);
  if (options.json) {
    const own = { CertificateAuthorityArn: arn };
    printJson(world, await api.call('DescribeCertificateAuthority', own));
  } else if (replaced !== undefined) {
    world.print(formatReplacement(replaced, await readCaCertificate(api, arn)));
  }
  return 0;
}

interface Activated {
  readonly arn: string;
  readonly type: string;
  /** The certificate that it has; undefined before its first. */
  readonly replaced: CaCertificate | undefined;
}

async function issueAndInstall(
  api: PrivateCaClient,
  { arn, type, replaced }: Activated,
  options: ActivateOptions,
  world: AdminWorld,
): Promise<void> {
  requireOptionsFor(type, options);
  const { parent } = options;
  if (type !== 'ROOT' && parent === undefined) {
    throw new UsageError('a subordinate CA needs --parent, or --certificate and --chain');
  }
  const issuerArn = parent === undefined ? arn : await completeCaArn(api, parent);
  await activateAuthority(api, arn, activationOf(issuerArn, options, replaced), world);
}

/** The file of the certificate may contain the chain after it. @throws UsageError */
async function readCertificates({
  certificate: file,
  chain,
}: ActivateOptions): Promise<CertificatePem | undefined> {
  if (file === undefined && chain !== undefined)
    throw new UsageError('--chain needs --certificate');
  if (file === undefined) return undefined;
  const [certificate, ...others] = await readPem(file);
  const above = chain === undefined ? [] : await readPem(chain);
  return {
    Certificate: certificate ?? '',
    CertificateChain: [...others, ...above].join(''),
  };
}

async function readPem(file: string): Promise<readonly string[]> {
  const text = (await readInput(file)).toString('latin1');
  try {
    const ders = decodePem('CERTIFICATE', text);
    if (ders.length > 0) return ders.map((der) => encodePem('CERTIFICATE', der));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new UsageError(`${file} holds no PEM certificate`);
}
