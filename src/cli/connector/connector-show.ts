import type { Command } from 'commander';
import { SECOND_MS } from '../../durations.ts';
import type { ConnectorClient } from '../api/connector-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { type Connector, getConnectorAnswer, readAnswer } from '../api-command/api-answers.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { CONNECTOR_ARGUMENT, completeArn } from '../api-command/complete-arn.ts';
import { formatRecord, formatTime } from '../api-command/format-table.ts';
import { printJson, runApiCommand } from '../api-command/run-api-command.ts';
import { ScepClientError } from '../scep-client/scep-client-error.ts';
import { readInput } from '../terminal/files.ts';
import { caFingerprints } from './ca-fingerprints.ts';

/** Registers `scep-connector connector show`. */
export function registerConnectorShow(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('show')
    .description(
      'print a connector, the URL where devices enrol, and the fingerprints that their set-up asks for',
    )
    .argument('<connector>', CONNECTOR_ARGUMENT);
  addApiOptions(command);
  command.action((connector: string, options: ApiOptions) =>
    runApiCommand(options, world, (api) => showConnector(api, connector, options, world)),
  );
}

async function showConnector(
  api: ConnectorClient,
  text: string,
  options: ApiOptions,
  world: AdminWorld,
): Promise<number> {
  const answer = await api.call('GetConnector', { ConnectorArn: await completeArn(api, text) });
  if (options.json) {
    printJson(world, answer);
    return 0;
  }
  const connector = readAnswer(getConnectorAnswer, answer).Connector;
  world.print(recordOf(connector));
  if (connector.Endpoint) await showFingerprints(connector.Endpoint, options, world);
  return 0;
}

/** Devices may reach the endpoint where the administrator does not, so a failure is a warning. */
async function showFingerprints(
  endpoint: string,
  { timeout, tlsCa }: ApiOptions,
  world: AdminWorld,
): Promise<void> {
  const trust = tlsCa && { tlsCa: (await readInput(tlsCa)).toString('latin1') };
  try {
    const server = { url: new URL(endpoint), timeoutMs: timeout * SECOND_MS, ...trust };
    world.print(`\n${await caFingerprints(server)}`);
  } catch (error) {
    if (!(error instanceof ScepClientError)) throw error;
    world.warn(`warning: no fingerprints, since ${error.message}\n`);
  }
}

function recordOf(connector: Connector): string {
  const intune = connector.MobileDeviceManagement?.Intune;
  const openId = connector.OpenIdConfiguration;
  return formatRecord({
    arn: connector.Arn,
    status: connector.Status,
    reason: connector.StatusReason,
    type: connector.Type,
    endpoint: connector.Endpoint,
    'certificate authority': connector.CertificateAuthorityArn,
    'intune application': intune?.AzureApplicationId,
    'intune domain': intune?.Domain,
    issuer: openId?.Issuer,
    subject: openId?.Subject,
    audience: openId?.Audience,
    created: formatTime(connector.CreatedAt),
    updated: formatTime(connector.UpdatedAt),
  });
}
