import { formatArn, partitionOf } from '../aws-wire/arn.ts';

const UUID_PATTERN = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const CONNECTOR_ARN = new RegExp(`:connector/(${UUID_PATTERN})$`);
const CHALLENGE_ARN = new RegExp(`^(.*:connector/${UUID_PATTERN})/challenge/(${UUID_PATTERN})$`);

export interface ConnectorScope {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

/** The ARN of the shape ConnectorArn in the API model of AWS Private CA Connector for SCEP. */
export function connectorArn({ region, accountId }: ConnectorScope, connectorId: string): string {
  const resource = `connector/${connectorId}`;
  const partition = partitionOf(region);
  return formatArn({ partition, service: 'pca-connector-scep', region, accountId, resource });
}

/** The ARN of the shape ChallengeArn in the API model. */
export function challengeArn(connector: { readonly arn: string }, challengeId: string): string {
  return `${connector.arn}/challenge/${challengeId}`;
}

/** The id in an ARN that is a connector's in this account and region; otherwise undefined. */
export function parseConnectorArn(scope: ConnectorScope, arn: string): string | undefined {
  const [, id] = CONNECTOR_ARN.exec(arn) ?? [];
  return id !== undefined && arn === connectorArn(scope, id) ? id : undefined;
}

/** The connector's ARN and the challenge's id in an ARN of a challenge; otherwise undefined. */
export function parseChallengeArn(
  arn: string,
): { readonly connectorArn: string; readonly id: string } | undefined {
  const [, owner, id] = CHALLENGE_ARN.exec(arn) ?? [];
  return owner && id ? { connectorArn: owner, id } : undefined;
}
