import { DecodeError } from '../asn1/decode-error.ts';
import { OID } from '../asn1/object-identifiers.ts';
import type { BerElement } from '../asn1/read-ber.ts';
import { readBer } from '../asn1/read-ber.ts';
import type { AlgorithmIdentifier } from './algorithm-identifier.ts';
import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import type { RevokedCertificate } from './build-crl.ts';
import type { CrlReason } from './crl-reasons.ts';
import { CRL_REASONS } from './crl-reasons.ts';
import { readBitString } from './read-bit-string.ts';
import type { Extension } from './read-extensions.ts';
import { readExtensions } from './read-extensions.ts';
import { readTime } from './read-time.ts';

/** A complete CRL (RFC 5280 section 5.1). Every Uint8Array shares the memory of `der`. */
export interface Crl {
  readonly der: Uint8Array;
  /** TBSCertList, the bytes that are signed. */
  readonly tbs: Uint8Array;
  /** Name, DER as received. */
  readonly issuer: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /** Serial numbers are content octets of the INTEGER; the reason is 'unspecified' when the CRL gives none. */
  readonly revoked: readonly RevokedCertificate[];
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** The octets of the BIT STRING. */
  readonly signature: Uint8Array;
}

/** Seven elements stand for a revoked certificate, so this is 140 000 of them. */
const LIMITS = { maxDepth: 12, maxElements: 1_000_000 };
const INTEGER = 2;
const ENUMERATED = 10;
const SEQUENCE = 16;
const UTC_TIME = 23;
const GENERALIZED_TIME = 24;

/**
 * Reads a CRL in DER without judging it; `isIssuedBy` checks its signature.
 * @throws DecodeError when it is not a CRL, holds more than a million elements, or an entry with a critical extension
 * (an indirect CRL), which RFC 5280 section 5.3 forbids to pass over.
 */
export function parseCrl(der: Uint8Array): Crl {
  const [tbs, signatureAlgorithm, signatureValue, ...rest] = readBer(der, LIMITS).children;
  if (!tbs || !signatureAlgorithm || !signatureValue || rest.length > 0) throw malformed();
  const hasVersion = isUniversal(tbs.children[0], INTEGER);
  const fields = hasVersion ? tbs.children.slice(1) : tbs.children;
  const [, issuer, thisUpdate, ...optional] = fields;
  if (!isUniversal(issuer, SEQUENCE) || thisUpdate === undefined) throw malformed();
  const nextUpdate = isTime(optional[0]) ? optional.shift() : undefined;
  const revoked = isUniversal(optional[0], SEQUENCE) ? optional.shift() : undefined;
  const extensions = isContext(optional[0], 0) ? optional.shift() : undefined;
  if (optional.length > 0) throw malformed();
  return {
    der,
    tbs: tbs.bytes,
    issuer: issuer.bytes,
    thisUpdate: readTime(thisUpdate),
    nextUpdate: nextUpdate && readTime(nextUpdate),
    revoked: revoked?.children.map(readRevoked) ?? [],
    extensions: extensions ? readExtensions(extensions.children[0]) : [],
    signatureAlgorithm: readAlgorithmIdentifier(signatureAlgorithm),
    signature: readBitString(signatureValue),
  };
}

function readRevoked({ children }: BerElement): RevokedCertificate {
  const [serialNumber, revokedAt, extensions, ...rest] = children;
  if (!isUniversal(serialNumber, INTEGER) || revokedAt === undefined || rest.length > 0) {
    throw malformed();
  }
  return {
    serialNumber: serialNumber.content,
    revokedAt: readTime(revokedAt),
    reason: readReason(extensions === undefined ? [] : readExtensions(extensions)),
  };
}

function readReason(extensions: readonly Extension[]): CrlReason {
  if (extensions.some(({ critical }) => critical)) {
    throw new DecodeError('an entry of the CRL has a critical extension');
  }
  const extension = extensions.find(({ oid }) => oid === OID.cRLReason);
  if (extension === undefined) return 'unspecified';
  const element = readBer(extension.value);
  const names = Object.keys(CRL_REASONS) as CrlReason[];
  const reason = names.find((name) => CRL_REASONS[name] === element.content[0]);
  if (!isUniversal(element, ENUMERATED) || element.content.length !== 1 || reason === undefined) {
    throw new DecodeError('the reason of a revocation is malformed');
  }
  return reason;
}

function isUniversal(element: BerElement | undefined, tagNumber: number): element is BerElement {
  return element?.tagClass === 'universal' && element.tagNumber === tagNumber;
}

function isContext(element: BerElement | undefined, tagNumber: number): element is BerElement {
  return element?.tagClass === 'context' && element.tagNumber === tagNumber;
}

function isTime(element: BerElement | undefined): element is BerElement {
  return isUniversal(element, UTC_TIME) || isUniversal(element, GENERALIZED_TIME);
}

function malformed(): DecodeError {
  return new DecodeError('the CRL is malformed');
}
