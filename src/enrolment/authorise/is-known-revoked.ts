import type { ConnectorRecord } from '../../connectors/connector-record.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { RecordStore } from '../../store/record-store.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { findBySerialHex } from './issued-certificate-record.ts';

/**
 * Whether a certificate that the connector has on record has been revoked.
 * @param serial as `serialHex` makes it
 * @throws IssuerError when the issuer cannot say
 */
export async function isKnownRevoked(
  { store, issuer }: { readonly store: RecordStore; readonly issuer: Issuer },
  connector: ConnectorRecord,
  serial: string,
): Promise<boolean> {
  const issued = await findBySerialHex(store, connector, serial);
  if (issued === undefined) return false;
  const certificate = parseCertificate(issued.value.certificate);
  const arn = connector.certificateAuthorityArn;
  return (await issuer.revocationReasonOf(arn, certificate)) !== undefined;
}
