import type { Command } from 'commander';
import type { ConnectorClient } from '../api/connector-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { type Connector, getConnectorAnswer, readAnswer } from '../api-command/api-answers.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { CONNECTOR_ARGUMENT, completeArn } from '../api-command/complete-arn.ts';
import { formatRecord, formatTime } from '../api-command/format-table.ts';
import { printJson, runApiCommand } from '../api-command/run-api-command.ts';

/** Registers `scep-connector connector show`. */
export function registerConnectorShow(parent: Command, world: AdminWorld): void {
  const command = parent
    .command('show')
    .description(
      'print the status and configuration of a connector, and the URL where devices enrol',
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
  { json }: ApiOptions,
  world: AdminWorld,
): Promise<number> {
  const answer = await api.call('GetConnector', { ConnectorArn: await completeArn(api, text) });
  if (json) printJson(world, answer);
  else world.print(recordOf(readAnswer(getConnectorAnswer, answer).Connector));
  return 0;
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
