import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { readConnectorPolicy } from '../connectors/tags/connector-policy.ts';
import { caCapabilities } from '../scep/ca-capabilities.ts';
import type { EnrolmentDependencies } from './enrolment-dependencies.ts';

/**
 * The answer to GetCACaps. Clients that get none fall back to DES, MD5 and GET, so neither the CA's health nor the store's
 * decides whether there is one (protocol C16a): only the offer of a rollover depends on the store.
 */
export async function caCapabilitiesReply(
  { findRaIdentities }: Pick<EnrolmentDependencies, 'findRaIdentities'>,
  connector: ConnectorRecord,
): Promise<string> {
  const { algorithms, renewal } = readConnectorPolicy(connector.tags);
  const raIdentities = await findRaIdentities(connector.id).catch(() => undefined);
  return caCapabilities(algorithms, [
    ...(renewal.allowed ? (['Renewal'] as const) : []),
    ...(raIdentities?.next ? (['GetNextCACert'] as const) : []),
  ]);
}
