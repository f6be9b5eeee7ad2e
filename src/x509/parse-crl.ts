import { DecodeError } from '../asn1/decode-error.ts';
import { hasContextTag, isType, readBitString } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer, readBerInTurn } from '../asn1/read-ber.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { CRL_REASONS, type CrlReason, type RevokedCertificate } from './build-crl.ts';
import { type Extension, extensionValue, readExtensions } from './extensions.ts';
import { readTime } from './read-time.ts';

/** A complete CRL (RFC 5280 section 5.1). Every Uint8Array shares the memory of `der`. */
export interface Crl {
  readonly der: Uint8Array;
  /** TBSCertList, the signed bytes. */
  readonly tbs: Uint8Array;
  /** Name, DER as received. */
  readonly issuer: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  /**
   * Serial numbers are content octets of the INTEGER. The reason is 'unspecified' when the CRL has
   * none.
   */
  readonly revoked: readonly RevokedCertificate[];
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** The octets of the BIT STRING. */
  readonly signature: Uint8Array;
}

/** A CRL whose entries have not been read yet. */
export interface LongCrl extends Omit<Crl, 'revoked'> {
  /** The content of revokedCertificates; empty when it is absent. */
  readonly entries: Uint8Array;
}

const MOST_ENTRIES = 140_000;
/** Reads down to the fields of TBSCertList. */
const FRAME_LIMITS = { maxDepth: 2, maxElements: 20, openDepth: 2 };
const ENTRY_LIMITS = { maxDepth: 4, maxElements: 50 };
/** Reads down to the fields of an entry. */
const ENTRY_FRAME_LIMITS = { maxDepth: 1, maxElements: 4, openDepth: 1 };

/**
 * Reads a CRL in DER without judging it; `isIssuedBy` checks its signature.
 * @throws DecodeError when it is not a CRL, has more than 140 000 entries, or an entry with a
 *   critical extension (an indirect CRL), which RFC 5280 section 5.3 forbids to ignore
 */
export function parseCrl(der: Uint8Array): Crl {
  const { entries, ...crl } = parseLongCrl(der);
  const revoked: RevokedCertificate[] = [];
  for (const entry of readBerInTurn(entries, ENTRY_LIMITS)) {
    if (revoked.length === MOST_ENTRIES) throw new DecodeError('too many entries in the CRL');
    revoked.push(readRevoked(entry));
  }
  return { ...crl, revoked };
}

/**
 * Reads a CRL without its entries: a hundred thousand take seconds. `readReasons` reads the parts
 * that matter most.
 * @throws DecodeError when it is not a CRL
 */
export function parseLongCrl(der: Uint8Array): LongCrl {
  const [tbs, signatureAlgorithm, signatureValue, ...rest] = readBer(der, FRAME_LIMITS).children;
  if (!tbs || !signatureAlgorithm || !signatureValue || rest.length > 0) throw malformed();
  const hasVersion = isType(tbs.children[0], 'INTEGER');
  const fields = hasVersion ? tbs.children.slice(1) : tbs.children;
  const [, issuer, thisUpdate, ...optional] = fields;
  if (!isType(issuer, 'SEQUENCE') || thisUpdate === undefined) throw malformed();
  const nextUpdate = isTime(optional[0]) ? optional.shift() : undefined;
  const revoked = isType(optional[0], 'SEQUENCE') ? optional.shift() : undefined;
  const extensions = hasContextTag(optional[0], 0) ? optional.shift() : undefined;
  if (optional.length > 0) throw malformed();
  return {
    der,
    tbs: tbs.bytes,
    issuer: issuer.bytes,
    thisUpdate: readTime(thisUpdate),
    nextUpdate: nextUpdate && readTime(nextUpdate),
    entries: revoked?.content ?? Buffer.alloc(0),
    extensions: extensions ? readExtensions(readBer(extensions.content)) : [],
    signatureAlgorithm: readAlgorithmIdentifier(signatureAlgorithm),
    signature: readBitString(signatureValue),
  };
}

/**
 * Yields the serial number and the reason of each entry of a CRL, as in RevokedCertificate, and
 * reads each entry when it is requested. Ignores dates.
 * @throws DecodeError on reaching an entry that is malformed or has a critical extension
 */
export function* readReasons(
  entries: Uint8Array,
): Generator<Omit<RevokedCertificate, 'revokedAt'>, void, undefined> {
  // Entries with the same reason have the same extensions, so each encoding is read once.
  const reasons = new Map<string, CrlReason>();
  for (const { children } of readBerInTurn(entries, ENTRY_FRAME_LIMITS)) {
    const [serialNumber, revokedAt, extensions, ...rest] = children;
    if (!isType(serialNumber, 'INTEGER') || !isTime(revokedAt) || rest.length > 0) {
      throw malformed();
    }
    const octets = Buffer.from(extensions?.bytes ?? []).toString('latin1');
    const reason =
      reasons.get(octets) ??
      readReason(extensions === undefined ? [] : readExtensions(readBer(extensions.bytes)));
    if (reasons.size < 100) reasons.set(octets, reason);
    yield { serialNumber: serialNumber.content, reason };
  }
}

function readRevoked({ children }: BerElement): RevokedCertificate {
  const [serialNumber, revokedAt, extensions, ...rest] = children;
  if (!isType(serialNumber, 'INTEGER') || revokedAt === undefined || rest.length > 0) {
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
  const value = extensionValue({ extensions }, OID.cRLReason);
  return value === undefined ? 'unspecified' : readCrlReason(readBer(value));
}

/** @throws DecodeError when the element is no CRLReason (RFC 5280 section 5.3.1) */
export function readCrlReason(element: BerElement): CrlReason {
  const names = Object.keys(CRL_REASONS) as CrlReason[];
  const reason = names.find((name) => CRL_REASONS[name] === element.content[0]);
  if (!isType(element, 'ENUMERATED') || element.content.length !== 1 || reason === undefined) {
    throw new DecodeError('the reason of a revocation is malformed');
  }
  return reason;
}

function isTime(element: BerElement | undefined): element is BerElement {
  return isType(element, 'UTCTime') || isType(element, 'GeneralizedTime');
}

function malformed(): DecodeError {
  return new DecodeError('the CRL is malformed');
}
