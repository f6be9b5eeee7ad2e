import { berToDer } from '../asn1/ber-to-der.ts';
import { DecodeError } from '../asn1/decode-error.ts';
import { equalBytes } from '../asn1/equal-bytes.ts';
import { expectType, hasContextTag, readBitString } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type Extension, readExtensions } from './extensions.ts';
import { readOid } from './read-oid.ts';

/**
 * A PKCS #10 certification request (RFC 2986 section 4). Every Uint8Array shares the memory of
 * `der`.
 */
export interface CertificationRequest {
  readonly der: Uint8Array;
  /** CertificationRequestInfo, the signed bytes. */
  readonly signedBytes: Uint8Array;
  /** Name, DER as received; an empty SEQUENCE when the request has no subject. */
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo, DER as received. */
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly attributes: readonly Attribute[];
  /** Requested by extensionRequest or one of its aliases; empty when none is present. */
  readonly extensions: readonly Extension[];
  /**
   * Why it is not clear which extensions are requested: the request is malformed, repeats an
   * extension, or there are two that differ. `extensions` is empty then.
   */
  readonly extensionFault: string | undefined;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** The octets of the BIT STRING. */
  readonly signature: Uint8Array;
}

/** Attribute (RFC 2986 section 4.1). */
export interface Attribute {
  /** Dotted. */
  readonly oid: string;
  /** Whole DER elements, in the order received. */
  readonly values: readonly Uint8Array[];
}

const MAX_ATTRIBUTES = 32;
const EXTENSION_REQUESTS: ReadonlySet<string> = new Set([
  OID.extensionRequest,
  OID.microsoftCertExtensions,
  OID.verisignExtensionRequest,
]);

/**
 * Reads a certification request in BER or DER, in time linear in the input. Does not verify its
 * signature.
 * @throws DecodeError when it is malformed, or has more than 32 attributes. A fault of the
 *   requested extensions is not thrown, so that the signature can be verified first.
 */
export function parseCertificationRequest(bytes: Uint8Array): CertificationRequest {
  const der = berToDer(bytes);
  const [info, signatureAlgorithm, signature, ...others] = expectType(
    readBer(der),
    'SEQUENCE',
  ).children;
  if (signatureAlgorithm === undefined || signature === undefined || others.length > 0) {
    throw new DecodeError('the certification request is malformed');
  }
  return {
    der,
    ...readInfo(expectType(info, 'SEQUENCE')),
    signatureAlgorithm: readAlgorithmIdentifier(signatureAlgorithm),
    signature: readBitString(signature),
  };
}

function readInfo(
  info: BerElement,
): Omit<CertificationRequest, 'der' | 'signatureAlgorithm' | 'signature'> {
  const [version, subject, subjectPublicKeyInfo, attributeSet, ...others] = info.children;
  expectType(version, 'INTEGER');
  if ((attributeSet !== undefined && !hasContextTag(attributeSet, 0)) || others.length > 0) {
    throw new DecodeError('the certification request is malformed');
  }
  const attributes = readAttributes(attributeSet?.children ?? []);
  return {
    signedBytes: info.bytes,
    subject: expectType(subject, 'SEQUENCE').bytes,
    subjectPublicKeyInfo: expectType(subjectPublicKeyInfo, 'SEQUENCE').bytes,
    attributes,
    ...requestedExtensions(attributes),
  };
}

function readAttributes(elements: readonly BerElement[]): Attribute[] {
  if (elements.length > MAX_ATTRIBUTES) throw new DecodeError('too many attributes');
  return elements.map((element) => {
    const [type, values, ...others] = expectType(element, 'SEQUENCE').children;
    if (type === undefined || others.length > 0) {
      throw new DecodeError('an attribute of the certification request is malformed');
    }
    const { children } = expectType(values, 'SET');
    return { oid: readOid(type), values: children.map((value) => value.bytes) };
  });
}

type RequestedExtensions = Pick<CertificationRequest, 'extensions' | 'extensionFault'>;

function requestedExtensions(attributes: readonly Attribute[]): RequestedExtensions {
  try {
    return { extensions: readExtensionRequests(attributes), extensionFault: undefined };
  } catch (error) {
    if (error instanceof DecodeError) return { extensions: [], extensionFault: error.message };
    throw error;
  }
}

/** Several requests that say the same are one. @throws DecodeError */
function readExtensionRequests(attributes: readonly Attribute[]): readonly Extension[] {
  const requests = attributes.filter((attribute) => EXTENSION_REQUESTS.has(attribute.oid));
  if (requests.some(({ values }) => values.length === 0)) {
    throw new DecodeError('an extension request is empty');
  }
  const [value, ...others] = requests.flatMap(({ values }) => values);
  if (value === undefined) return [];
  if (others.some((other) => !equalBytes(other, value))) {
    throw new DecodeError('two extension requests differ');
  }
  return readExtensions(readBer(value));
}
