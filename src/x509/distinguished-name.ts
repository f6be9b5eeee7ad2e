import { DecodeError } from '../asn1/decode-error.ts';
import { isType } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import {
  derIa5String,
  derOid,
  derPrintableString,
  derSequence,
  derSetOf,
  derUtf8String,
} from '../asn1/write-der.ts';
import { shortNameOf } from './name-attribute-types.ts';
import { readOid } from './read-oid.ts';
import { readString, type StringType } from './read-string.ts';

/** One AttributeTypeAndValue (RFC 5280 section 4.1.2.4). */
export interface NameAttribute {
  /** Dotted. */
  readonly oid: string;
  readonly value: string;
  readonly stringType: StringType;
}

/** One AttributeTypeAndValue whose value may be of any type. */
export interface RawAttribute {
  /** Dotted. */
  readonly oid: string;
  readonly value: BerElement;
}

/** The API of AWS Private CA accepts 150 custom attributes. */
const MAX_ATTRIBUTES = 150;
const IA5_TYPES: ReadonlySet<string> = new Set([OID.emailAddress, OID.domainComponent]);
const PRINTABLE_TYPES: ReadonlySet<string> = new Set([
  OID.countryName,
  OID.serialNumber,
  OID.dnQualifier,
]);

/**
 * The relative distinguished names of a Name in DER order, most general first; each has one or more
 * attributes.
 * @throws DecodeError when malformed, with more than 150 attributes, or when a value is not a
 *   character string
 */
export function parseName(der: Uint8Array): readonly (readonly NameAttribute[])[] {
  return readName(der).map((rdn) => rdn.map(({ oid, value }) => ({ oid, ...readString(value) })));
}

/** As `parseName`, for values of any type. @throws DecodeError when it is not a Name */
export function readName(der: Uint8Array): readonly (readonly RawAttribute[])[] {
  const name = readBer(der, { maxDepth: 8, maxElements: 8 * MAX_ATTRIBUTES });
  if (!isType(name, 'SEQUENCE')) throw new DecodeError('the name is malformed');
  const rdns = name.children.map(readRelativeName);
  if (rdns.flat().length > MAX_ATTRIBUTES)
    throw new DecodeError('the name has too many attributes');
  return rdns;
}

function readRelativeName(element: BerElement): RawAttribute[] {
  if (!isType(element, 'SET') || element.children.length === 0) {
    throw new DecodeError('a relative distinguished name is malformed');
  }
  return element.children.map((attribute) => {
    const [type, value, ...others] = attribute.children;
    if (!isType(attribute, 'SEQUENCE') || !type || !value || others.length > 0) {
      throw new DecodeError('an attribute of the name is malformed');
    }
    return { oid: readOid(type), value };
  });
}

/**
 * A Name as text (RFC 4514), most specific first: `CN=a,O=b,C=US`. A type without a short name, or
 * a value that is not a character string, appears as `1.2.3=#hex of the DER`.
 * @throws DecodeError when it is not a Name
 */
export function formatName(der: Uint8Array): string {
  const rdns = readName(der).map((rdn) => rdn.map(formatAttribute).join('+'));
  return rdns.toReversed().join(',');
}

function formatAttribute({ oid, value }: RawAttribute): string {
  const name = shortNameOf(oid);
  const text = name === undefined ? undefined : textOf(value);
  return text === undefined
    ? `${name ?? oid}=#${Buffer.from(value.bytes).toString('hex')}`
    : `${name}=${escapeValue(text)}`;
}

/** Undefined when the value is not a character string. */
export function textOf(value: BerElement): string | undefined {
  try {
    return readString(value).value;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/**
 * RFC 4514 section 2.4. Control characters are escaped too, so that a name stays on one line of a
 * log.
 */
function escapeValue(text: string): string {
  return text.replace(/^[ #]| $|["+,;<>\\]|\p{Cc}/gu, (character) =>
    character < ' ' || character > '~'
      ? Buffer.from(character).toString('hex').replace(/../g, '\\$&')
      : `\\${character}`,
  );
}

/**
 * The DER of a Name with one attribute in each relative name, in the given order (most general
 * first). String types follow RFC 5280 appendix A, with UTF8String wherever there is a choice.
 * @throws RangeError when a value does not fit the string type of its attribute
 */
export function derName(
  attributes: readonly { readonly oid: string; readonly value: string }[],
): Uint8Array {
  return derSequence(
    ...attributes.map(({ oid, value }) =>
      derSetOf([derSequence(derOid(oid), derValue(oid, value))]),
    ),
  );
}

function derValue(oid: string, value: string): Uint8Array {
  if (IA5_TYPES.has(oid)) return derIa5String(fitting(/^[ -~]*$/, oid, value));
  if (!PRINTABLE_TYPES.has(oid)) return derUtf8String(fitting(/^\P{Surrogate}*$/u, oid, value));
  return derPrintableString(fitting(/^[A-Za-z0-9 '()+,./:=?-]*$/, oid, value));
}

function fitting(pattern: RegExp, oid: string, value: string): string {
  if (pattern.test(value)) return value;
  throw new RangeError(`${shortNameOf(oid) ?? oid} cannot hold the characters of "${value}"`);
}
