import { OID } from '../asn1/object-identifiers.ts';
import { derContext, derElement, derInteger, derSequence, derTime } from '../asn1/write-der.ts';
import { issuingDistributionPointExtension } from './crl-distribution-points.ts';
import { derExtensions } from './extensions.ts';
import { authorityKeyIdentifierExtension } from './key-identifier.ts';
import { derSigningAlgorithm, type SigningAlgorithm } from './signing-algorithm.ts';

/** CRLReason (RFC 5280 section 5.3.1), without removeFromCRL, which only delta CRLs use. */
export const CRL_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

export type CrlReason = keyof typeof CRL_REASONS;

/** The fields of a v2 CRL (RFC 5280 section 5.1.2). */
export interface CrlFields {
  readonly signingAlgorithm: SigningAlgorithm;
  /** Name, DER: the subject of the authority's certificate. */
  readonly issuer: Uint8Array;
  /** The subjectKeyIdentifier of the authority. */
  readonly issuerKeyIdentifier: Uint8Array;
  /** Written in whole seconds, like all times here. */
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Greater than that of every earlier CRL; at most 20 octets (RFC 5280 section 5.2.3). */
  readonly crlNumber: number | bigint;
  /**
   * Entries from `derRevokedCertificate`. A thousand take 5 ms to encode, so build a long list in
   * portions.
   */
  readonly revoked: readonly Uint8Array[];
  /**
   * URLs of the CRL, when it covers only the certificates with one of these distribution points.
   * Without it, the CRL covers all certificates of the issuer.
   */
  readonly issuingDistributionPoint?: readonly string[];
}

export interface RevokedCertificate {
  /** Big-endian magnitude, or the content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  readonly revokedAt: Date;
  readonly reason: CrlReason;
}

const VERSION_2 = 1;
const ENUMERATED = 0x0a;

/** Encoded once: a CRL may have a hundred thousand entries. */
const REASON_EXTENSIONS = Object.fromEntries(
  Object.entries(CRL_REASONS).map(([reason, code]) => {
    const value = derElement(ENUMERATED, Buffer.of(code));
    return [reason, derExtensions([{ oid: OID.cRLReason, critical: false, value }])];
  }),
) as Readonly<Record<CrlReason, Uint8Array>>;

/** The DER of a TBSCertList, which the authority signs; `derSigned` makes it a CRL. */
export function derTbsCertList(fields: CrlFields): Uint8Array {
  const { signingAlgorithm, issuer, issuerKeyIdentifier, revoked } = fields;
  const crlNumber = { oid: OID.cRLNumber, critical: false, value: derInteger(fields.crlNumber) };
  const urls = fields.issuingDistributionPoint ?? [];
  const extensions = [
    authorityKeyIdentifierExtension(issuerKeyIdentifier),
    crlNumber,
    ...(urls.length === 0 ? [] : [issuingDistributionPointExtension(...urls)]),
  ];
  return derSequence(
    derInteger(VERSION_2),
    derSigningAlgorithm(signingAlgorithm),
    issuer,
    derTime(fields.thisUpdate),
    derTime(fields.nextUpdate),
    // RFC 5280 section 5.1.2.6: the list is absent rather than empty.
    ...(revoked.length > 0 ? [derSequence(Buffer.concat(revoked))] : []),
    derContext(0, derExtensions(extensions)),
  );
}

/**
 * The DER of a CRL entry. 'unspecified' writes no reasonCode, as RFC 5280 section 5.3.1 recommends.
 */
export function derRevokedCertificate(revoked: RevokedCertificate): Uint8Array {
  const { serialNumber, revokedAt, reason } = revoked;
  const fields = [derInteger(serialNumber), derTime(revokedAt)];
  return reason === 'unspecified'
    ? derSequence(...fields)
    : derSequence(...fields, REASON_EXTENSIONS[reason]);
}
