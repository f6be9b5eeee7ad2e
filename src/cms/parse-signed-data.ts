import { berToDer } from '../asn1/ber-to-der.ts';
import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, hasContextTag } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import type { BerElement } from '../asn1/read-ber.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { readOid } from '../x509/read-oid.ts';
import { type EntityIdentifier, readEntityIdentifier } from './entity-identifier.ts';
import { parseContentInfo } from './parse-content-info.ts';

/** The parts of SignedData (RFC 5652 section 5.1) that SCEP uses. */
export interface SignedData {
  /** The octets of eContent; undefined when it is absent, as in a degenerate SignedData. */
  readonly contentType: string;
  /** The octets of eContent; undefined when it is absent, as in a degenerate SignedData. */
  readonly content: Uint8Array | undefined;
  /** DER, in the order received. */
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
  readonly signers: readonly SignerInfo[];
}

export interface SignerInfo {
  readonly id: EntityIdentifier;
  readonly digestAlgorithm: AlgorithmIdentifier;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly signedAttributes: readonly SignedAttribute[];
  /**
   * The received attributes under the tag SET OF, which the signature covers; empty when absent.
   */
  readonly signedAttributesDer: Uint8Array;
}

interface SignedAttribute {
  readonly oid: string;
  /** DER of each value. */
  readonly values: readonly Uint8Array[];
}

const MAX_CERTIFICATES = 10;
const MAX_SIGNERS = 10;
const MAX_ATTRIBUTES = 32;

/**
 * Reads a ContentInfo with SignedData, BER or DER. Verifies nothing.
 * @throws DecodeError when it is not SignedData or exceeds 10 certificates, 10 signers or 32
 *   attributes
 */
export function parseSignedData(bytes: Uint8Array): SignedData {
  const contentInfo = parseContentInfo(berToDer(bytes));
  if (contentInfo.contentType !== OID.signedData) {
    throw new DecodeError('the CMS is not SignedData');
  }
  const fields = expectType(contentInfo.content, 'SEQUENCE').children;
  const [version, digestAlgorithms, encapsulated] = fields;
  expectType(version, 'INTEGER');
  expectType(digestAlgorithms, 'SET');
  const signerInfos = expectType(fields.at(-1), 'SET').children;
  const { certificates, crls } = certificatesAndCrls(fields.slice(3, -1));
  if (certificates.length > MAX_CERTIFICATES) throw new DecodeError('too many certificates');
  if (signerInfos.length > MAX_SIGNERS) throw new DecodeError('too many signers');
  return {
    ...encapsulatedContent(encapsulated),
    certificates,
    crls,
    signers: signerInfos.map(signerInfo),
  };
}

function encapsulatedContent(element: BerElement | undefined) {
  const [type, explicit] = expectType(element, 'SEQUENCE').children;
  if (type === undefined) throw new DecodeError('the encapsulated content has no type');
  const content = hasContextTag(explicit, 0)
    ? expectType(explicit.children[0], 'OCTET STRING').content
    : undefined;
  return { contentType: readOid(type), content };
}

/**
 * The exact bytes of the certificates [0] and CRLs [1]: clients sign with odd certificates of their
 * own.
 */
function certificatesAndCrls(optional: readonly BerElement[]) {
  const [certificates, crls] = [0, 1].map((number) =>
    optional.filter((field) => hasContextTag(field, number)).flatMap((field) => field.children),
  );
  const bytesOf = (elements: readonly BerElement[] = []) => elements.map(({ bytes }) => bytes);
  return { certificates: bytesOf(certificates), crls: bytesOf(crls) };
}

function signerInfo(element: BerElement): SignerInfo {
  const [version, id, digestAlgorithm, ...rest] = expectType(element, 'SEQUENCE').children;
  expectType(version, 'INTEGER');
  const attributes = hasContextTag(rest[0], 0) ? rest[0] : undefined;
  const [signatureAlgorithm, signature] = attributes === undefined ? rest : rest.slice(1);
  return {
    id: readEntityIdentifier(id),
    digestAlgorithm: readAlgorithmIdentifier(expectType(digestAlgorithm, 'SEQUENCE')),
    signatureAlgorithm: readAlgorithmIdentifier(expectType(signatureAlgorithm, 'SEQUENCE')),
    signature: expectType(signature, 'OCTET STRING').content,
    signedAttributes: attributes === undefined ? [] : readAttributes(attributes),
    signedAttributesDer: attributes === undefined ? new Uint8Array() : asSet(attributes),
  };
}

function readAttributes({ children }: BerElement): SignedAttribute[] {
  if (children.length > MAX_ATTRIBUTES) throw new DecodeError('too many signed attributes');
  if (children.length === 0) throw new DecodeError('the signed attributes are empty');
  return children.map((attribute) => {
    const [type, set] = expectType(attribute, 'SEQUENCE').children;
    const values = expectType(set, 'SET').children.map(({ bytes }) => bytes);
    if (type === undefined || values.length === 0) {
      throw new DecodeError('a signed attribute has no value');
    }
    return { oid: readOid(type), values };
  });
}

/** [0] IMPLICIT with the tag of the SET OF that it replaces (RFC 5652 section 5.4). */
function asSet({ bytes }: BerElement): Uint8Array {
  return Buffer.concat([Buffer.of(0x31), bytes.subarray(1)]);
}
