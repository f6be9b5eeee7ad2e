import type { ConnectorRecord } from './connector-record.ts';

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
