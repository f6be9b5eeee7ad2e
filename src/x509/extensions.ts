import { DecodeError } from '../asn1/decode-error.ts';
import { isType } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import type { BerElement } from '../asn1/read-ber.ts';
import { derBoolean, derOctetString, derOid, derSequence } from '../asn1/write-der.ts';
import { readOid } from './read-oid.ts';

/** One extension (RFC 5280 section 4.2). */
export interface Extension {
  /** Dotted. */
  readonly oid: string;
  readonly critical: boolean;
  /** The content of the OCTET STRING: one DER element of the type that `oid` identifies. */
  readonly value: Uint8Array;
}

/** The API of AWS Private CA passes up to 150 through, in addition to those of a template. */
const MAX_EXTENSIONS = 200;

/**
 * Reads Extensions, a SEQUENCE OF Extension. It may be empty, as some clients send it.
 * @throws DecodeError when malformed, with more than 200, or when one is repeated (RFC 5280 section
 *   4.2)
 */
export function readExtensions(element: BerElement | undefined): readonly Extension[] {
  if (!isType(element, 'SEQUENCE')) throw new DecodeError('the extensions are malformed');
  if (element.children.length > MAX_EXTENSIONS) throw new DecodeError('too many extensions');
  const extensions = element.children.map(readExtension);
  const oids = new Set(extensions.map((extension) => extension.oid));
  if (oids.size < extensions.length) throw new DecodeError('an extension is repeated');
  return extensions;
}

function readExtension(element: BerElement): Extension {
  const [oid, ...rest] = element.children;
  const critical = rest.length === 2 ? rest[0] : undefined;
  const value = rest.at(-1);
  const malformed =
    !isType(element, 'SEQUENCE') ||
    (rest.length === 2 && (!isType(critical, 'BOOLEAN') || critical.content.length !== 1));
  if (malformed || rest.length > 2 || oid === undefined || !isType(value, 'OCTET STRING')) {
    throw new DecodeError('an extension is malformed');
  }
  return {
    oid: readOid(oid),
    critical: critical !== undefined && critical.content[0] !== 0,
    value: value.content,
  };
}

/**
 * The extnValue, DER, of the extension with this object identifier (RFC 5280 section 4.1);
 * undefined when there is none.
 */
export function extensionValue(
  { extensions }: { readonly extensions: readonly Extension[] },
  oid: string,
): Uint8Array | undefined {
  return extensions.find((extension) => extension.oid === oid)?.value;
}

/**
 * The extensions of a certificate without a subject: its subjectAltName is critical (RFC 5280
 * section 4.1.2.6).
 */
export function withCriticalAltName(extensions: readonly Extension[]): readonly Extension[] {
  return extensions.map((extension) =>
    extension.oid === OID.subjectAltName ? { ...extension, critical: true } : extension,
  );
}

/** The DER of Extensions (RFC 5280 section 4.1), in the given order. */
export function derExtensions(extensions: readonly Extension[]): Uint8Array {
  return derSequence(...extensions.map(derExtension));
}

function derExtension({ oid, critical, value }: Extension): Uint8Array {
  return critical
    ? derSequence(derOid(oid), derBoolean(true), derOctetString(value))
    : derSequence(derOid(oid), derOctetString(value));
}
