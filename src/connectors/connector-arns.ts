export interface ConnectorScope {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

/** ARNs as AWS Private CA Connector for SCEP forms them (API model, shapes ConnectorArn and ChallengeArn). */
export function connectorArn({ region, accountId }: ConnectorScope, connectorId: string): string {
  return `arn:aws:pca-connector-scep:${region}:${accountId}:connector/${connectorId}`;
}

export function challengeArn(connector: { readonly arn: string }, challengeId: string): string {
  return `${connector.arn}/challenge/${challengeId}`;
}
