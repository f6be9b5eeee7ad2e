import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, hasContextTag } from '../asn1/expect-type.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { readOid } from '../x509/read-oid.ts';

/** A ContentInfo (RFC 5652 section 3). */
export interface ContentInfo {
  readonly contentType: string;
  /** The element under [0]. */
  readonly content: BerElement;
}

/** Reads a ContentInfo from DER, as `berToDer` returns it. @throws DecodeError */
export function parseContentInfo(der: Uint8Array): ContentInfo {
  const [type, explicit, ...others] = expectType(readBer(der), 'SEQUENCE').children;
  const [content, ...more] = hasContextTag(explicit, 0) ? explicit.children : [];
  if (type === undefined || content === undefined || others.length + more.length > 0) {
    throw new DecodeError('the CMS ContentInfo is malformed');
  }
  return { contentType: readOid(type), content };
}
