import { berToDer } from '../asn1/ber-to-der.ts';
import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, hasContextTag, readBitString } from '../asn1/expect-type.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type Extension, readExtensions } from './extensions.ts';
import { readValidity } from './read-validity.ts';

/** A certificate (RFC 5280 section 4.1). Every Uint8Array shares the memory of `der`. */
export interface Certificate {
  readonly der: Uint8Array;
  /** TBSCertificate, the signed bytes. */
  readonly tbs: Uint8Array;
  /** Content octets of the INTEGER as received: two's complement, so 0x00 precedes a high bit. */
  readonly serialNumber: Uint8Array;
  /** Name, DER as received. */
  readonly issuer: Uint8Array;
  /** Name, DER as received. */
  readonly subject: Uint8Array;
  /** Later than `notAfter` when the times cannot be read: then it is valid at no time. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo, DER as received. */
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** The octets of the BIT STRING. */
  readonly signature: Uint8Array;
}

/**
 * Reads a certificate in BER or DER without judging it. v1, odd serial numbers and times, weak
 * algorithms and unknown critical extensions are accepted, because SCEP clients sign requests with
 * such certificates. Time is linear in the input.
 * @throws DecodeError when it is not a certificate, has more than 200 extensions, or repeats one
 */
export function parseCertificate(bytes: Uint8Array): Certificate {
  const der = berToDer(bytes);
  const [tbs, signatureAlgorithm, signature, ...others] = expectType(
    readBer(der),
    'SEQUENCE',
  ).children;
  if (signatureAlgorithm === undefined || signature === undefined || others.length > 0) {
    throw new DecodeError('the certificate is malformed');
  }
  return {
    der,
    ...readTbs(expectType(tbs, 'SEQUENCE')),
    signatureAlgorithm: readAlgorithmIdentifier(signatureAlgorithm),
    signature: readBitString(signature),
  };
}

/** By the octets of a stored record, which nobody changes. */
const stored = new WeakMap<Uint8Array, Certificate>();

/** As `parseCertificate`, once for each record: for certificates that are read again and again. */
export function parseStoredCertificate(der: Uint8Array): Certificate {
  const known = stored.get(der);
  if (known !== undefined) return known;
  const certificate = parseCertificate(der);
  stored.set(der, certificate);
  return certificate;
}

function readTbs(tbs: BerElement): Omit<Certificate, 'der' | 'signatureAlgorithm' | 'signature'> {
  const fields = hasContextTag(tbs.children[0], 0) ? tbs.children.slice(1) : tbs.children;
  const [serialNumber, algorithm, issuer, validity, subject, subjectPublicKeyInfo, ...optional] =
    fields;
  expectType(algorithm, 'SEQUENCE');
  return {
    tbs: tbs.bytes,
    serialNumber: expectType(serialNumber, 'INTEGER').content,
    issuer: expectType(issuer, 'SEQUENCE').bytes,
    subject: expectType(subject, 'SEQUENCE').bytes,
    ...readValidity(expectType(validity, 'SEQUENCE')),
    subjectPublicKeyInfo: expectType(subjectPublicKeyInfo, 'SEQUENCE').bytes,
    extensions: readOptionalFields(optional),
  };
}

/**
 * After the key follow two unique identifiers, which are no longer in use, and the extensions: [1]
 * to [3], each at most once.
 */
function readOptionalFields(fields: readonly BerElement[]): readonly Extension[] {
  const numbers = fields.map(({ tagClass, tagNumber }) => (tagClass === 'context' ? tagNumber : 0));
  const inOrder = numbers.every((number, i) => number > (numbers[i - 1] ?? 0) && number <= 3);
  const extensions = fields.find((field) => hasContextTag(field, 3));
  if (!inOrder || (extensions !== undefined && extensions.children.length !== 1)) {
    throw new DecodeError('the certificate is malformed');
  }
  return extensions === undefined ? [] : readExtensions(extensions.children[0]);
}
