import type { ConnectorRecord } from './connector-record.ts';

/** What Entra ID compares in a token of workload identity federation, to the letter (intune.md 2.1). */
export interface OpenIdConfiguration {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

/** Entra ID accepts no other. */
const AUDIENCE = 'api://AzureADTokenExchange';

/**
 * How a connector of type INTUNE names itself to Entra ID. The subject is the connector's ARN, which nobody chooses and no later
 * connector gets again. The issuer keeps the secret of the SCEP URL out, as it is public.
 * @param enrolUrl without a slash at the end
 */
export function openIdConfiguration(
  enrolUrl: string,
  { arn, accountId, id }: ConnectorRecord,
): OpenIdConfiguration {
  return { issuer: `${enrolUrl}/oidc/${accountId}-${id}`, subject: arn, audience: AUDIENCE };
}

/** The path of a connector's SCEP URL. Clients append to it what they like (protocol C4). */
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
