import type { ConnectorRecord } from './connector-record.ts';

/** The path of a connector's SCEP URL. Clients may append any suffix (RFC 8894 section 4.1). */
export function connectorPath({
  accountId,
  id,
  urlSecret,
}: Pick<ConnectorRecord, 'accountId' | 'id' | 'urlSecret'>): string {
  return `/scep/${accountId}-${id}/${urlSecret}`;
}

/** The account and connector id in the first segment of a SCEP path, `{account}-{connectorId}`. */
export function parseConnectorSegment(
  segment: string,
): { accountId: string; connectorId: string } | undefined {
  const [, accountId, connectorId] = /^(\d{12})-([0-9a-f-]{36})$/.exec(segment) ?? [];
  return accountId && connectorId ? { accountId, connectorId } : undefined;
}

/** What Entra ID compares, octet by octet, in a token of workload identity federation. */
export interface OpenIdConfiguration {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

/** The only audience that Entra ID accepts. */
const AUDIENCE = 'api://AzureADTokenExchange';

/**
 * How a connector of type INTUNE identifies itself to Entra ID. The subject is the connector's ARN,
 * which cannot be chosen and is never used again. The issuer is public, so it leaves out the secret
 * of the SCEP URL.
 * @param enrolUrl without a slash at the end
 */
export function openIdConfiguration(
  enrolUrl: string,
  { arn, accountId, id }: ConnectorRecord,
): OpenIdConfiguration {
  return { issuer: `${enrolUrl}/oidc/${accountId}-${id}`, subject: arn, audience: AUDIENCE };
}
