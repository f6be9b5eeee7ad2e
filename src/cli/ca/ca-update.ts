import type { Command } from 'commander';
import { z } from 'zod';
import { UsageError } from '../../config/usage-error.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import type { ApiInput } from '../api/api-service.ts';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { CA_ARGUMENT, completeCaArn } from './complete-ca-arn.ts';
import { addRevocationOptions, revocationOf } from './revocation-options.ts';

interface UpdateOptions extends ApiOptions {
  /** False for --no-crl. */
  readonly crl?: string | false;
  readonly crlDays?: number;
  readonly ocsp?: boolean;
}

/** The present configuration. Members without an option are sent back unchanged. */
const currentAnswer = z.object({
  CertificateAuthority: z.object({
    RevocationConfiguration: z
      .object({
        CrlConfiguration: z
          .looseObject({ Enabled: z.boolean(), S3BucketName: z.string().nullish() })
          .nullish(),
        OcspConfiguration: z.looseObject({ Enabled: z.boolean() }).nullish(),
      })
      .nullish(),
  }),
});

/** Registers `scep-connector ca update`. */
export function registerCaUpdate(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('update')
    .description('change how a CA publishes revocations: CRLs, OCSP')
    .argument('<ca>', CA_ARGUMENT)
    .optionsGroup('Revocation:');
  addRevocationOptions(command);
  command
    .option('--no-crl', 'stop publishing CRLs')
    .option('--no-ocsp', 'stop answering OCSP requests');
  addApiOptions(command);
  command.action((ca: string, options: UpdateOptions) =>
    runCaCommand(options, world, (api) => updateCa(api, ca, options, world)),
  );
}

async function updateCa(
  api: PrivateCaClient,
  text: string,
  options: UpdateOptions,
  world: AdminWorld,
): Promise<number> {
  const { crl, crlDays, ocsp } = options;
  if (crl === undefined && crlDays === undefined && ocsp === undefined) {
    throw new UsageError('nothing to change: use --crl, --crl-days, --no-crl, --ocsp or --no-ocsp');
  }
  if (crl === false && crlDays !== undefined) throw new UsageError('--crl-days needs a CRL');
  const own = { CertificateAuthorityArn: await completeCaArn(api, text) };
  const described = await api.call('DescribeCertificateAuthority', own);
  const { RevocationConfiguration } = readAnswer(currentAnswer, described).CertificateAuthority;
  const { CrlConfiguration, OcspConfiguration } = RevocationConfiguration ?? {};
  const answer = await api.call('UpdateCertificateAuthority', {
    ...own,
    RevocationConfiguration: {
      CrlConfiguration: changedCrl(CrlConfiguration, options),
      OcspConfiguration: ocsp === undefined ? undefined : changedOcsp(OcspConfiguration, ocsp),
    },
  });
  if (options.json) printJson(world, answer);
  return 0;
}

/** Undefined if nothing changes: the API replaces what the request contains and keeps the rest. */
function changedCrl(
  current: ApiInput | null | undefined,
  { crl, crlDays }: UpdateOptions,
): ApiInput | undefined {
  if (crl === false) return { Enabled: false };
  if (crl === undefined && crlDays === undefined) return undefined;
  if (current?.['Enabled'] === true) {
    return {
      ...current,
      ...(crl && { S3BucketName: crl }),
      ...(crlDays && { ExpirationInDays: crlDays }),
    };
  }
  if (crl === undefined) throw new UsageError('the CA publishes no CRL; use --crl as well');
  return revocationOf(omitUndefined({ crl, crlDays }))?.['CrlConfiguration'] as ApiInput;
}

function changedOcsp(current: ApiInput | null | undefined, enabled: boolean): ApiInput {
  return enabled ? { ...current, Enabled: true } : { Enabled: false };
}
