import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { requireRaIdentities } from '../connectors/ra/ra-identities.ts';
import { connectorPolicy } from '../connectors/tags/connector-policy.ts';
import { buildCaCertReply } from '../scep/build-ca-cert-reply.ts';
import { buildNextCaCertReply } from '../scep/build-next-ca-cert-reply.ts';
import { caCapabilities } from '../scep/ca-capabilities.ts';
import { chooseCaCertificates } from '../scep/choose-ca-certificates.ts';
import type { EnrolmentDependencies } from './decider.ts';

type Dependencies = Pick<EnrolmentDependencies, 'findRaIdentities' | 'issuer' | 'clock'>;

/** The reply to GetCACert: the current RA certificate and the CA's chain. @throws IssuerError */
export async function caCertificatesReply(
  deps: Dependencies,
  connector: ConnectorRecord,
): Promise<Uint8Array> {
  const { current } = await requireRaIdentities(deps.findRaIdentities, connector);
  return buildCaCertReply(current.certificate.der, await caCertificates(deps, connector));
}

/**
 * The reply to GetNextCACert: what GetCACert will reply once the next RA identity is the current
 * one; undefined when there is no next one.
 * @throws IssuerError
 */
export async function nextCaCertificatesReply(
  deps: Dependencies,
  connector: ConnectorRecord,
): Promise<Uint8Array | undefined> {
  const { current, next } = await requireRaIdentities(deps.findRaIdentities, connector);
  if (next === undefined) return undefined;
  const certificates = [next.certificate.der, ...(await caCertificates(deps, connector))];
  return buildNextCaCertReply(certificates, current, new Date(deps.clock()));
}

async function caCertificates(
  { issuer }: Dependencies,
  connector: ConnectorRecord,
): Promise<readonly Uint8Array[]> {
  const { certificate, chain } = await issuer.describeAuthority(connector.certificateAuthorityArn);
  return chooseCaCertificates(connectorPolicy(connector).chain.caCertificates, certificate, chain);
}

/**
 * The reply to GetCACaps. It comes even when the CA or the store is down, because clients without
 * one fall back to DES, MD5 and GET (RFC 8894 section 3.5.2). Only GetNextCACert depends on the
 * store.
 */
export async function caCapabilitiesReply(
  { findRaIdentities }: Pick<EnrolmentDependencies, 'findRaIdentities'>,
  connector: ConnectorRecord,
): Promise<string> {
  const { algorithms, renewal } = connectorPolicy(connector);
  const raIdentities = await findRaIdentities(connector.id).catch(() => undefined);
  return caCapabilities(algorithms, [
    ...(renewal.allowed ? (['Renewal'] as const) : []),
    ...(raIdentities?.next ? (['GetNextCACert'] as const) : []),
  ]);
}
