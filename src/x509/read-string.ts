import { DecodeError, decoding } from '../asn1/decode-error.ts';
import type { BerElement } from '../asn1/read-ber.ts';

export type StringType = keyof typeof DECODERS;

export interface DecodedString {
  readonly stringType: StringType;
  readonly value: string;
}

const TAG_NUMBERS: Readonly<Record<number, StringType>> = {
  12: 'UTF8String',
  18: 'NumericString',
  19: 'PrintableString',
  20: 'TeletexString',
  22: 'IA5String',
  28: 'UniversalString',
  30: 'BMPString',
};

const DECODERS = {
  UTF8String: (octets: Uint8Array) => decodeUnicode('utf-8', octets),
  NumericString: (octets: Uint8Array) => matching(/^[0-9 ]*$/, octets),
  // X.680 excludes '@', '*' and '_', but Windows and Cisco clients write them.
  PrintableString: (octets: Uint8Array) => matching(/^[\x20-\x7e]*$/, octets),
  // T.61 itself is obsolete: software that writes this type means ISO 8859-1.
  TeletexString: (octets: Uint8Array) => Buffer.from(octets).toString('latin1'),
  IA5String: (octets: Uint8Array) => matching(/^\p{ASCII}*$/u, octets),
  UniversalString: decodeUtf32,
  BMPString: (octets: Uint8Array) => decodeUnicode('utf-16be', octets),
};

/**
 * Decodes a character string of a type that names, attributes and challenge passwords use.
 * @throws DecodeError when it is of another type or its octets are invalid for its type
 */
export function readString(element: BerElement): DecodedString {
  const stringType = TAG_NUMBERS[element.tagNumber];
  if (stringType === undefined || element.tagClass !== 'universal' || element.constructed) {
    throw new DecodeError('a character string was expected');
  }
  return { stringType, value: DECODERS[stringType](element.content) };
}

function decodeUnicode(encoding: 'utf-8' | 'utf-16be', octets: Uint8Array): string {
  return decoding('a character string', () =>
    new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(octets),
  );
}

function matching(pattern: RegExp, octets: Uint8Array): string {
  const text = Buffer.from(octets).toString('latin1');
  if (!pattern.test(text)) throw new DecodeError('a character is outside its string type');
  return text;
}

function decodeUtf32(octets: Uint8Array): string {
  if (octets.length % 4 !== 0) throw new DecodeError('a UniversalString is cut short');
  const view = Buffer.from(octets);
  return decoding('a UniversalString', () => {
    let text = '';
    for (let at = 0; at < view.length; at += 4) text += String.fromCodePoint(view.readUInt32BE(at));
    if (/\p{Surrogate}/u.test(text)) throw new DecodeError('a UniversalString holds a surrogate');
    return text;
  });
}
