import { isDottedOid, OID } from '../asn1/object-identifiers.ts';
import { derName } from './distinguished-name.ts';
import { oidOfShortName } from './name-attribute-types.ts';

/**
 * The DER of a Name from its text (RFC 4514), most specific first: `CN=device 1,O=Example\,
 * Inc.,C=US`. Types are known short names or dotted object identifiers. Spaces around types and
 * separators are ignored.
 * @throws RangeError that tells the user what is wrong. Several attributes joined by `+`, a value
 *   as `#hex`, and a country that is not two letters are refused too
 */
export function parseDistinguishedNameText(text: string): Uint8Array {
  const attributes = splitUnescaped(text).map(parseAttribute);
  return derName(attributes.reverse());
}

/** The parts between commas without a backslash before them, still escaped. */
function splitUnescaped(text: string): string[] {
  const parts = text.match(/(?:\\[\s\S]|[^\\,])+|,/g) ?? [];
  if (parts.join('').length !== text.length) throw new RangeError('the name ends with a backslash');
  const names = parts.filter((part) => part !== ',');
  const commas = parts.length - names.length;
  if (names.length !== commas + 1) throw new RangeError('the name has an empty part');
  return names;
}

function parseAttribute(part: string): { oid: string; value: string } {
  const equals = part.indexOf('=');
  if (equals < 0)
    throw new RangeError(`"${part.trim()}" in the name is not of the form TYPE=value`);
  const type = part.slice(0, equals).trim();
  const oid = oidOfShortName(type) ?? (isDottedOid(type) ? type : undefined);
  if (oid === undefined) throw new RangeError(`"${type}" is not a known type of name attribute`);
  const value = unescapeValue(trimUnescaped(part.slice(equals + 1)), type);
  if (oid === OID.countryName && !/^[A-Za-z]{2}$/.test(value)) {
    throw new RangeError('C must be a country code of two letters');
  }
  return { oid, value };
}

/** Removes only spaces: other Unicode whitespace belongs to the value. */
function trimUnescaped(value: string): string {
  const trimmed = value.replace(/^ +/, '');
  const end = trimmed.replace(/(?<! ) +$/, '');
  // The last space may be escaped: then an odd number of backslashes precedes it.
  const escaped = trimmed.length > end.length && /(?:^|[^\\])(?:\\\\)*\\$/.test(end);
  return escaped ? trimmed.slice(0, end.length + 1) : end;
}

function unescapeValue(value: string, type: string): string {
  if (value === '') throw new RangeError(`${type} in the name has no value`);
  if (value.startsWith('#')) throw new RangeError(`${type}: values as #hex are not supported`);
  const octets = [...value.matchAll(/\\([0-9A-Fa-f]{2})|\\([\s\S])|([^\\]+)/g)].map(
    ([, hex, special, plain]) => {
      if (hex !== undefined) return Buffer.from(hex, 'hex');
      if (plain !== undefined) return Buffer.from(checkPlain(plain, type));
      if (special === undefined || !/[ "#+,;<=>\\]/.test(special)) {
        throw new RangeError(`${type}: "\\${special ?? ''}" is not an escape of RFC 4514`);
      }
      return Buffer.from(special);
    },
  );
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(octets));
  } catch (error) {
    throw new RangeError(`${type} in the name is not UTF-8`, { cause: error });
  }
}

function checkPlain(plain: string, type: string): string {
  const special = /["+;<>\0]/.exec(plain)?.[0];
  if (special === '+')
    throw new RangeError(`${type}: several attributes joined by + are not supported`);
  if (special !== undefined)
    throw new RangeError(`${type}: "${special}" needs a backslash before it`);
  return plain;
}
