import type { ConnectorRecord } from '../connectors/connector-record.ts';
import { buildCaCertReply } from '../scep/build-ca-cert-reply.ts';
import type { EnrolmentDependencies } from './handle-pki-operation.ts';

/** The answer to GetCACert: the current RA certificate and the chain of the connector's CA. @throws IssuerError */
export async function caCertificatesReply(
  { findRaIdentities, issuer }: Pick<EnrolmentDependencies, 'findRaIdentities' | 'issuer'>,
  connector: ConnectorRecord,
): Promise<Uint8Array> {
  const raIdentities = await findRaIdentities(connector.id);
  if (raIdentities === undefined) throw new Error(`${connector.arn} has no valid RA identity`);
  const authority = await issuer.describeAuthority(connector.certificateAuthorityArn);
  return buildCaCertReply(
    raIdentities.current.certificate.der,
    authority.certificate,
    authority.chain,
  );
}
