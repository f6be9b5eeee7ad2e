import { equalBytes } from '../../asn1/equal-bytes.ts';
import type { ConnectorRecord } from '../../connectors/connector-record.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { VerifiedRequest } from '../../scep/verify-pki-request.ts';
import type { RecordStore } from '../../store/record-store.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import type { DigestName } from '../../x509/signature-algorithms.ts';
import { findIssuedCertificate, serialHex } from './issued-certificate-record.ts';

/** A message's signer whose certificate this connector issued, with what decides a renewal. */
export interface Holder {
  readonly certificate: Certificate;
  /** The certificate's `serialHex`, and that of the first certificate in its line of renewals. */
  readonly serial: string;
  readonly lineage: string;
  readonly successors: number;
  /** Asks the issuer. @throws IssuerError */
  readonly isRevoked: () => Promise<boolean>;
  /** Milliseconds until the certificate ends; negative afterwards. */
  readonly remainingMs: number;
  /** The digest that the message was signed with. */
  readonly digest: DigestName;
}

/**
 * How often one certificate may be renewed: once, and a few times more for a device that lost the
 * reply and made a new key. The limit also bounds what a copied key is good for.
 */
export const MAX_SUCCESSORS = 5;

/**
 * The signer of the message, when this connector has its very certificate on record. A
 * certificate of the same name from another CA, of another connector, or that the CA issued to
 * others does not count.
 */
export async function findHolder(
  deps: { readonly store: RecordStore; readonly issuer: Issuer; readonly clock: () => number },
  {
    connector,
    verified,
  }: { readonly connector: ConnectorRecord; readonly verified: VerifiedRequest },
): Promise<Holder | undefined> {
  const { signerCertificate, digest } = verified;
  const { issuer, subject, serialNumber, notAfter } = signerCertificate;
  if (equalBytes(issuer, subject)) return undefined;
  const entry = await findIssuedCertificate(deps.store, connector, signerCertificate);
  if (entry === undefined) return undefined;
  return {
    certificate: signerCertificate,
    serial: serialHex(serialNumber),
    lineage: entry.value.lineage,
    successors: entry.value.successors,
    isRevoked: async () => {
      const arn = connector.certificateAuthorityArn;
      return (await deps.issuer.revocationReasonOf(arn, signerCertificate)) !== undefined;
    },
    remainingMs: notAfter.getTime() - deps.clock(),
    digest,
  };
}
