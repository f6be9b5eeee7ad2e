import type { Command } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import type { ApiInput } from '../api/api-service.ts';
import type { ConnectorClient } from '../api/connector-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { createConnectorAnswer, readAnswer } from '../api-command/api-answers.ts';
import {
  type ApiOptions,
  addApiOptions,
  parseTag,
  type TagMap,
} from '../api-command/api-options.ts';
import { printJson, runApiCommand } from '../api-command/run-api-command.ts';
import { printable } from '../terminal/print.ts';
import { type WaitOptions, waitOption, waitUntilActive } from './wait-for-connector.ts';

interface CreateConnectorOptions extends ApiOptions, WaitOptions {
  readonly caArn: string;
  readonly intuneAppId?: string;
  readonly intuneDomain?: string;
  readonly vpcEndpointId?: string;
  readonly tag?: TagMap;
  readonly clientToken?: string;
}

/** Registers `scep-connector connector create`: prints only the ARN, for scripts. */
export function registerConnectorCreate(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('create')
    .description('create a connector to a private CA; prints the ARN of the connector')
    .optionsGroup('Connector:')
    .requiredOption('--ca-arn <arn>', 'private CA that issues the certificates of the connector')
    .option(
      '--intune-app-id <id>',
      'for Microsoft Intune: its application (client) ID; needs --intune-domain',
    )
    .option(
      '--intune-domain <name>',
      'for Microsoft Intune: the directory (tenant) ID or primary domain; needs --intune-app-id',
    )
    .option(
      '--vpc-endpoint-id <id>',
      'let devices reach the connector only through this VPC endpoint, if the API supports it',
    )
    .option(
      '--tag <key=value>',
      'tag of the connector; repeatable; scep:... tags set its policy',
      parseTag,
    )
    .option(
      '--client-token <token>',
      'token of the request; within five minutes the same token returns the same connector',
    )
    .addOption(waitOption('until it is ACTIVE'));
  addApiOptions(command);
  command
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the connector is still CREATING.',
    )
    .action((options: CreateConnectorOptions) =>
      runApiCommand(options, world, (api) => createConnector(api, options, world)),
    );
}

async function createConnector(
  api: ConnectorClient,
  options: CreateConnectorOptions,
  world: AdminWorld,
): Promise<number> {
  const answer = await api.call('CreateConnector', inputOf(options, world));
  const { ConnectorArn } = readAnswer(createConnectorAnswer, answer);
  const { json, wait } = options;
  // Printed before the wait, so that an interrupted command has shown the ARN.
  if (!json) world.print(`${printable(ConnectorArn)}\n`);
  const code = wait === undefined ? 0 : await waitUntilActive(api, ConnectorArn, wait, world);
  if (json) printJson(world, answer);
  return code;
}

function inputOf(options: CreateConnectorOptions, { randomUuid }: AdminWorld): ApiInput {
  const { intuneAppId, intuneDomain } = options;
  if ((intuneAppId === undefined) !== (intuneDomain === undefined)) {
    throw new UsageError('--intune-app-id and --intune-domain belong together');
  }
  const intune = { AzureApplicationId: intuneAppId, Domain: intuneDomain };
  return {
    CertificateAuthorityArn: options.caArn,
    MobileDeviceManagement: intuneAppId === undefined ? undefined : { Intune: intune },
    VpcEndpointId: options.vpcEndpointId,
    ClientToken: options.clientToken ?? randomUuid(),
    Tags: options.tag,
  };
}
