import { type Command, Option } from 'commander';
import { encodePem } from '../../asn1/pem.ts';
import { UsageError } from '../../config/usage-error.ts';
import { narrowPurposes } from '../../x509/narrow-purposes.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { activateAuthority, installCertificate } from './activate-authority.ts';
import {
  type ActivationOptions,
  activationOf,
  addActivationOptions,
  requireOptionsFor,
} from './activation-options.ts';
import type { CertificatePem } from './ca-answers.ts';
import { inOrderOfChain, readCertificateFile } from './ca-certificate-files.ts';
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
  const narrow = given && narrowPurposes(given);
  if (narrow !== undefined) world.warn(`warning: ${narrow}\n`);
  if (given !== undefined) await installCertificate(api, arn, pemOf(given));
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

/** The files may contain the chain in any order. @throws UsageError */
async function readCertificates({
  certificate: file,
  chain,
}: ActivateOptions): Promise<readonly Certificate[] | undefined> {
  if (file === undefined && chain !== undefined)
    throw new UsageError('--chain needs --certificate');
  if (file === undefined) return undefined;
  const given = await readCertificateFile(file);
  return inOrderOfChain([
    ...given,
    ...(chain === undefined ? [] : await readCertificateFile(chain)),
  ]);
}

function pemOf([certificate, ...chain]: readonly Certificate[]): CertificatePem {
  const pem = (each: Certificate | undefined) => (each ? encodePem('CERTIFICATE', each.der) : '');
  return { Certificate: pem(certificate), CertificateChain: chain.map(pem).join('') };
}
