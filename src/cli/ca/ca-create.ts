import { type Command, Option } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../x509/signing-algorithm.ts';
import { ApiError } from '../api/api-error.ts';
import type { ApiInput } from '../api/api-service.ts';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import {
  type ApiOptions,
  addApiOptions,
  parseTag,
  type TagMap,
} from '../api-command/api-options.ts';
import { printJson, runCaCommand } from '../api-command/run-api-command.ts';
import { printable } from '../terminal/print.ts';
import {
  type ActivationRequest,
  activateAuthority,
  idempotencyTokenOf,
} from './activate-authority.ts';
import {
  type ActivationOptions,
  activationOf,
  addActivationOptions,
  requireOptionsFor,
} from './activation-options.ts';
import { createCaAnswer } from './ca-answers.ts';
import { tagList } from './ca-tags.ts';
import { isInProgress } from './call-until-done.ts';
import { completeCaArn, describeCa } from './complete-ca-arn.ts';
import {
  addRevocationOptions,
  type RevocationOptions,
  revocationOf,
} from './revocation-options.ts';
import { type ApiSubject, parseSubjectOption } from './subject-option.ts';

interface CreateOptions extends ApiOptions, ActivationOptions, RevocationOptions {
  readonly root?: boolean;
  readonly subordinate?: boolean;
  readonly subject: ApiSubject;
  readonly keyAlgorithm: string;
  readonly signingAlgorithm?: SigningAlgorithm;
  readonly shortLived?: boolean;
  readonly tag?: TagMap;
  readonly idempotencyToken?: string;
}

/** The default signing algorithm of each key algorithm: its digest is as strong as the curve. */
const KEY_ALGORITHMS: Readonly<Record<string, SigningAlgorithm>> = {
  RSA_2048: 'SHA256WITHRSA',
  RSA_3072: 'SHA256WITHRSA',
  RSA_4096: 'SHA256WITHRSA',
  EC_prime256v1: 'SHA256WITHECDSA',
  EC_secp384r1: 'SHA384WITHECDSA',
  EC_secp521r1: 'SHA512WITHECDSA',
};

/** The exit code of every command for a result that is still pending. */
const PENDING = 3;

/** Registers `scep-connector ca create`: prints only the ARN, for scripts. */
export function registerCaCreate(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('create')
    .description('create a CA and install its certificate; prints its ARN')
    .optionsGroup('CA:')
    .addOption(
      new Option('--root', 'create a root CA, which signs its own certificate').conflicts(
        'subordinate',
      ),
    )
    .option('--subordinate', 'create a subordinate CA, whose certificate another CA signs')
    .requiredOption(
      '--subject <name>',
      'name of the CA, such as "CN=Example Root,O=Example,C=US"',
      parseSubjectOption,
    )
    .addOption(
      new Option('--key-algorithm <name>', 'type of the CA key')
        .choices(Object.keys(KEY_ALGORITHMS))
        .default('RSA_3072'),
    )
    .addOption(
      new Option(
        '--signing-algorithm <name>',
        'algorithm for the signatures of the CA (default: one that fits the key)',
      ).choices(Object.keys(SIGNING_ALGORITHMS)),
    );
  addActivationOptions(command);
  addRevocationOptions(command);
  command
    .option('--short-lived', 'issue only certificates of at most 7 days (SHORT_LIVED_CERTIFICATE)')
    .option('--tag <key=value>', 'tag of the CA; repeatable', parseTag)
    .option(
      '--idempotency-token <token>',
      'token of the request (default: made from the options); within five minutes the same token returns the same CA',
    );
  addApiOptions(command);
  command
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the CA exists but is not ready.',
    )
    .action((options: CreateOptions) =>
      runCaCommand(options, world, (api) => createCa(api, options, world)),
    );
}

async function createCa(
  api: PrivateCaClient,
  options: CreateOptions,
  world: AdminWorld,
): Promise<number> {
  const type = typeOf(options);
  requireOptionsFor(type, options);
  const parent = options.parent && (await completeCaArn(api, options.parent));
  const answer = await api.call('CreateCertificateAuthority', inputOf(type, options));
  const { CertificateAuthorityArn: arn } = readAnswer(createCaAnswer, answer);
  // Printed before the activation, so that an interrupted command has shown the ARN.
  if (!options.json) world.print(`${printable(arn)}\n`);
  const issuerArn = type === 'ROOT' ? arn : parent;
  if (issuerArn === undefined) world.warn(`${printable(nextForeignStep(arn))}\n`);
  const code =
    issuerArn === undefined ? 0 : await activate(api, arn, activationOf(issuerArn, options), world);
  if (options.json) printJson(world, answer);
  return code;
}

function typeOf({ root, subordinate }: CreateOptions): 'ROOT' | 'SUBORDINATE' {
  if (root) return 'ROOT';
  if (subordinate) return 'SUBORDINATE';
  throw new UsageError('use --root or --subordinate');
}

function inputOf(type: string, options: CreateOptions): ApiInput {
  const { keyAlgorithm, signingAlgorithm, subject, shortLived, tag, idempotencyToken } = options;
  const input = {
    CertificateAuthorityType: type,
    CertificateAuthorityConfiguration: {
      KeyAlgorithm: keyAlgorithm,
      SigningAlgorithm: signingAlgorithm ?? KEY_ALGORITHMS[keyAlgorithm],
      Subject: subject,
    },
    RevocationConfiguration: revocationOf(options),
    UsageMode: shortLived ? 'SHORT_LIVED_CERTIFICATE' : undefined,
    Tags: tagList(tag),
  };
  return { ...input, IdempotencyToken: idempotencyToken ?? idempotencyTokenOf(input) };
}

function nextForeignStep(arn: string): string {
  const [csr, activate] = ['csr', 'activate'].map((name) => `scep-connector ca ${name} ${arn}`);
  return `the CA needs a certificate from its parent: run ${csr} --out ca.csr, have it signed, then run ${activate} --certificate ca.pem --chain parents.pem`;
}

/** A repetition within five minutes gets the same CA, which may be ACTIVE already. */
async function activate(
  api: PrivateCaClient,
  arn: string,
  request: ActivationRequest,
  world: AdminWorld,
): Promise<number> {
  try {
    const { Status, FailureReason } = await describeCa(api, arn);
    if (Status === 'ACTIVE') return 0;
    if (Status !== 'CREATING' && Status !== 'PENDING_CERTIFICATE') {
      throw new ApiError(`${arn} is ${Status}${FailureReason ? `: ${FailureReason}` : ''}`);
    }
    await activateAuthority(api, arn, request, world);
    return 0;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { issuerArn } = request;
    const parent = issuerArn === arn ? '' : ` --parent ${issuerArn}`;
    const next = `scep-connector ca activate ${arn}${parent}`;
    world.warn(`the CA exists; to continue, run ${printable(next)}\n`);
    if (isInProgress(error)) return PENDING;
    throw error;
  }
}
