import { DecodeError } from './decode-error.ts';
import { type BerElement, readBer } from './read-ber.ts';
import { derElement } from './write-der.ts';

const OCTET_STRING = 4;

/**
 * `bytes` with definite lengths throughout, and every constructed OCTET STRING joined into a
 * primitive one. Bouncy Castle, OpenSSL with -stream and older Apple clients send indefinite
 * lengths. Elements that contain neither keep their exact bytes, so signatures over them still
 * verify.
 * @throws DecodeError when the bytes are not one BER element within the limits of `readBer`
 */
export function berToDer(bytes: Uint8Array): Uint8Array {
  return definite(readBer(bytes));
}

function definite(element: BerElement): Uint8Array {
  if (!element.constructed) return element.bytes;
  if (isOctetString(element)) return derElement(OCTET_STRING, octets(element));
  const children = element.children.map(definite);
  const unchanged =
    !element.indefinite && children.every((child, i) => child === element.children[i]?.bytes);
  const tag = element.bytes[0] as number;
  return unchanged ? element.bytes : derElement(tag, ...children);
}

function isOctetString(element: BerElement): boolean {
  return element.tagClass === 'universal' && element.tagNumber === OCTET_STRING;
}

/**
 * The octets of a primitive OCTET STRING, or of a constructed one joined (X.690 section 8.7.3).
 * Also reads [0] IMPLICIT OCTET STRING, such as scepclient's encryptedContent, which `berToDer`
 * cannot tell from other constructed [0] elements.
 * @throws DecodeError when a constructed one contains anything but OCTET STRINGs
 */
export function octets(element: BerElement): Uint8Array {
  if (!element.constructed) return element.content;
  if (!element.children.every(isOctetString)) {
    throw new DecodeError('a constructed OCTET STRING holds something else');
  }
  return Buffer.concat(element.children.map(octets));
}
