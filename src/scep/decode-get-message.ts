import { DecodeError } from '../asn1/decode-error.ts';

/**
 * The pkiMessage in the `message` parameter of a GET PKIOperation (RFC 8894 section 4.1), as it
 * appears in the URL. The standard form is percent-encoded base64. Other forms are accepted for
 * certain clients:
 * - lines broken by %0A (sscep, strongSwan, Cisco)
 * - '+' and '/' unescaped (macOS, jscep), also '+' that a proxy turned into a space
 * - the base64url alphabet (scepclient up to 2.3.0), missing padding, and double percent-encoding
 * @throws DecodeError when the result is not base64
 */
export function decodeGetMessage(message: string): Uint8Array {
  const once = percentDecode(message);
  const twice = once.includes('%') ? percentDecode(once) : once;
  const base64 = twice
    .replace(/[\r\n\t]/g, '')
    .replace(/[ -]/g, '+')
    .replace(/_/g, '/')
    .replace(/=+$/, '');
  if (!/^[A-Za-z0-9+/]+$/.test(base64) || base64.length % 4 === 1) {
    throw new DecodeError('the message parameter is not base64');
  }
  return Buffer.from(base64, 'base64');
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DecodeError('the message parameter is not percent-encoded');
  }
}
