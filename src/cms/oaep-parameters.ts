import { DecodeError } from '../asn1/decode-error.ts';
import { equalBytes } from '../asn1/equal-bytes.ts';
import { isType } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { derOid } from '../asn1/write-der.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';

const HASHES = ['sha1', 'sha256'] as const;
type OaepHash = (typeof HASHES)[number];

export interface OaepParameters {
  /** Digest of the label. */
  readonly hash: OaepHash;
  /** Digest of MGF1. Java uses OAEP with SHA-256 and MGF1 with SHA-1. */
  readonly maskHash: OaepHash;
  readonly label: Uint8Array;
}

/**
 * RSAES-OAEP-params (RFC 8017 appendix A.2.1), by default with SHA-1 and an empty label.
 * @throws UnsupportedAlgorithmError for digests other than SHA-1 and SHA-256 and for mask
 *   generation other than MGF1; DecodeError when malformed
 */
export function oaepParameters({ oid, parameters }: AlgorithmIdentifier): OaepParameters {
  const fields = parameters === undefined ? [] : fieldsOf(readBer(parameters));
  const field = (tagNumber: number) =>
    fields.find((candidate) => candidate.tagNumber === tagNumber)?.children[0];
  return {
    hash: hashOf(field(0), oid),
    maskHash: maskHashOf(field(1), oid),
    label: labelOf(field(2)),
  };
}

/**
 * [0] to [3] EXPLICIT, each at most once; none when the parameters are NULL instead of a SEQUENCE.
 */
function fieldsOf(parameters: BerElement): readonly BerElement[] {
  const { tagClass, tagNumber, children } = parameters;
  const isSequenceOrNull = tagClass === 'universal' && (tagNumber === 16 || tagNumber === 5);
  const areFields = children.every((field) => field.tagClass === 'context' && field.tagNumber <= 3);
  const numbers = new Set(children.map((field) => field.tagNumber));
  if (!isSequenceOrNull || !areFields || numbers.size < children.length) {
    throw new DecodeError('the OAEP parameters are malformed');
  }
  return children;
}

function hashOf(algorithm: BerElement | undefined, oid: string): OaepHash {
  if (algorithm === undefined) return 'sha1';
  const match = HASHES.find((hash) => isOid(algorithm.children[0], OID[hash]));
  if (match === undefined) throw new UnsupportedAlgorithmError(oid);
  return match;
}

function maskHashOf(algorithm: BerElement | undefined, oid: string): OaepHash {
  if (algorithm === undefined) return 'sha1';
  if (!isOid(algorithm.children[0], OID.mgf1)) throw new UnsupportedAlgorithmError(oid);
  return hashOf(algorithm.children[1], oid);
}

function labelOf(source: BerElement | undefined): Uint8Array {
  if (source === undefined) return Buffer.alloc(0);
  const label = source.children[1];
  const isSpecified = isOid(source.children[0], OID.pSpecified);
  if (!isSpecified || !isType(label, 'OCTET STRING')) {
    throw new DecodeError('the OAEP label is malformed');
  }
  return label.content;
}

function isOid(element: BerElement | undefined, oid: string): boolean {
  return element !== undefined && equalBytes(element.bytes, derOid(oid));
}
