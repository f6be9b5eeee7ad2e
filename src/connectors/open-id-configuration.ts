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
