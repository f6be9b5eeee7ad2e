import { DecodeError } from '../asn1/decode-error.ts';

/**
 * The pkiMessage in the `message` parameter of a GET PKIOperation (RFC 8894 section 4.1), from its form in the URL.
 * Standard base64, percent-encoded, is the rule. Beyond it are read, each for the client named (protocol C3):
 * lines broken by %0A (sscep, strongSwan, Cisco), '+' and '/' as they are (macOS, jscep), '+' that a proxy made a space,
 * the base64url alphabet (scepclient up to 2.3.0), no padding, and percent-encoding done twice.
 * @throws DecodeError when what remains is not base64.
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
