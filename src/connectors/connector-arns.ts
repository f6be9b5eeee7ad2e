import { formatArn, partitionOf } from '../aws-wire/arn.ts';

export interface ConnectorScope {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

/** ARNs as AWS Private CA Connector for SCEP forms them (API model, shapes ConnectorArn and ChallengeArn). */
export function connectorArn({ region, accountId }: ConnectorScope, connectorId: string): string {
  const resource = `connector/${connectorId}`;
  const partition = partitionOf(region);
  return formatArn({ partition, service: 'pca-connector-scep', region, accountId, resource });
}

/** @param connector whose it is */
export function challengeArn(connector: { readonly arn: string }, challengeId: string): string {
  return `${connector.arn}/challenge/${challengeId}`;
}
