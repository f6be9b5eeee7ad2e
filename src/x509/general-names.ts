import { DecodeError } from '../asn1/decode-error.ts';
import { hasContextTag, isType } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import {
  derContext,
  derContextPrimitive,
  derOid,
  derSequence,
  derUtf8String,
} from '../asn1/write-der.ts';
import { parseName } from './distinguished-name.ts';
import { formatIpAddress, parseIpAddress } from './ip-address.ts';
import { dottedOid, readOid } from './read-oid.ts';
import { readString } from './read-string.ts';

const EDI_PARTY_NAME = 5;

/**
 * An ediPartyName, the whole GeneralName element (RFC 5280 section 4.2.1.6). Its parts are of a
 * CHOICE type, so their tags are explicit.
 * @throws RangeError when a part is empty
 */
export function derEdiPartyName(partyName: string, nameAssigner?: string): Uint8Array {
  return derContext(
    EDI_PARTY_NAME,
    ...(nameAssigner === undefined ? [] : [derContext(0, directoryString(nameAssigner))]),
    derContext(1, directoryString(partyName)),
  );
}

function directoryString(text: string): Uint8Array {
  if (text === '') throw new RangeError('a part of an ediPartyName is empty');
  return derUtf8String(text);
}

/** One GeneralName (RFC 5280 section 4.2.1.6). */
export type GeneralName =
  | TextualName
  /** IPv4 or IPv6 as text. */
  | { readonly kind: 'iPAddress'; readonly value: string }
  /** The otherName of a Windows user (szOID_NT_PRINCIPAL_NAME). */
  | { readonly kind: 'userPrincipalName'; readonly value: string }
  /** Any other otherName; `value` is a whole DER element. */
  | { readonly kind: 'otherName'; readonly typeId: string; readonly value: Uint8Array }
  /** `value` is the DER of a Name. */
  | { readonly kind: 'directoryName'; readonly value: Uint8Array }
  /** Dotted. */
  | { readonly kind: 'registeredID'; readonly value: string }
  /** `value` is the whole element as received. */
  | { readonly kind: 'x400Address' | 'ediPartyName'; readonly value: Uint8Array };

/** A name in IA5String. */
export interface TextualName {
  readonly kind: TextualKind;
  readonly value: string;
}

type TextualKind = 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier';

const TEXTUAL_TAGS: Readonly<Record<TextualKind, number>> = {
  rfc822Name: 1,
  dNSName: 2,
  uniformResourceIdentifier: 6,
};
const MAX_NAMES = 150;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[ -~]+$/;

/**
 * Whether a text may be a uniformResourceIdentifier: printable IA5String with a scheme (RFC 5280
 * section 4.2.1.6). Readers of certificates take more than RFC 3986 allows, for example spaces.
 */
export function isUri(text: string): boolean {
  return URI.test(text);
}

/**
 * Reads GeneralNames, the value of a subjectAltName.
 * @throws DecodeError when malformed, empty, with more than 150 names, when a textual name is not
 *   printable ASCII (a NUL or newline could make readers disagree), or when an address is not 4 or
 *   16 octets long
 */
export function parseGeneralNames(der: Uint8Array): readonly GeneralName[] {
  const names = readBer(der);
  if (!isType(names, 'SEQUENCE')) throw new DecodeError('the general names are malformed');
  const count = names.children.length;
  if (count === 0 || count > MAX_NAMES) throw new DecodeError(`there are ${count} general names`);
  return names.children.map(readGeneralName);
}

/** Whether the value of a subjectAltName is an empty list, which RFC 5280 does not allow. */
export function hasNoGeneralNames(der: Uint8Array): boolean {
  return der.length === 2 && der[0] === 0x30 && der[1] === 0;
}

function readGeneralName(element: BerElement): GeneralName {
  if (element.tagClass !== 'context') throw new DecodeError('a general name is malformed');
  switch (element.tagNumber) {
    case 0:
      return readOtherName(element);
    case 1:
      return { kind: 'rfc822Name', value: readText(element) };
    case 2:
      return { kind: 'dNSName', value: readText(element) };
    case 3:
      return { kind: 'x400Address', value: element.bytes };
    case 4:
      return readDirectoryName(element);
    case 5:
      return { kind: 'ediPartyName', value: element.bytes };
    case 6:
      return { kind: 'uniformResourceIdentifier', value: readText(element) };
    case 7:
      return readIpAddress(element);
    case 8:
      return { kind: 'registeredID', value: dottedOid(primitiveContent(element)) };
    default:
      throw new DecodeError('a general name is of an unknown kind');
  }
}

function readOtherName(element: BerElement): GeneralName {
  const [typeElement, explicit, ...others] = element.children;
  const [value, ...more] = hasContextTag(explicit, 0) ? explicit.children : [];
  if (!typeElement || !value || more.length > 0 || others.length > 0) {
    throw new DecodeError('an otherName is malformed');
  }
  const typeId = readOid(typeElement);
  return typeId === OID.userPrincipalName
    ? { kind: 'userPrincipalName', value: withoutControls(readString(value).value) }
    : { kind: 'otherName', typeId, value: value.bytes };
}

function readDirectoryName(element: BerElement): GeneralName {
  const [name, ...others] = element.children;
  if (name === undefined || others.length > 0)
    throw new DecodeError('a directoryName is malformed');
  parseName(name.bytes);
  return { kind: 'directoryName', value: name.bytes };
}

function readIpAddress(element: BerElement): GeneralName {
  const value = formatIpAddress(primitiveContent(element));
  if (value === undefined) throw new DecodeError('an iPAddress is neither 4 nor 16 octets long');
  return { kind: 'iPAddress', value };
}

function readText(element: BerElement): string {
  const text = Buffer.from(primitiveContent(element)).toString('latin1');
  if (!/^[ -~]+$/.test(text)) throw new DecodeError('a general name is not printable ASCII');
  return text;
}

function withoutControls(text: string): string {
  if (/^\P{Cc}+$/u.test(text)) return text;
  throw new DecodeError('a user principal name holds control characters or nothing');
}

function primitiveContent(element: BerElement): Uint8Array {
  if (element.constructed) throw new DecodeError('a general name is malformed');
  return element.content;
}

/**
 * The DER of GeneralNames, the value of a subjectAltName.
 * @throws RangeError when a textual name is not printable ASCII or an address is invalid
 */
export function derGeneralNames(names: readonly GeneralName[]): Uint8Array {
  return derSequence(...names.map(derGeneralName));
}

/** The DER of one general name. Throws like `derGeneralNames`. */
export function derGeneralName(name: GeneralName): Uint8Array {
  switch (name.kind) {
    case 'otherName':
      return derOtherName(name.typeId, name.value);
    case 'userPrincipalName':
      return derOtherName(OID.userPrincipalName, derUtf8String(name.value));
    case 'directoryName':
      return derContext(4, name.value);
    case 'iPAddress':
      return derContextPrimitive(7, addressOctets(name.value));
    case 'registeredID':
      return derContextPrimitive(8, readBer(derOid(name.value)).content);
    case 'x400Address':
    case 'ediPartyName':
      return name.value;
    default:
      return derContextPrimitive(TEXTUAL_TAGS[name.kind], asciiOctets(name.value));
  }
}

function derOtherName(typeId: string, value: Uint8Array): Uint8Array {
  return derContext(0, derOid(typeId), derContext(0, value));
}

function addressOctets(text: string): Uint8Array {
  const octets = parseIpAddress(text);
  if (octets === undefined) throw new RangeError(`"${text}" is not an IP address`);
  return octets;
}

function asciiOctets(text: string): Uint8Array {
  if (!/^[ -~]+$/.test(text)) throw new RangeError(`"${text}" is not printable ASCII`);
  return Buffer.from(text, 'latin1');
}
