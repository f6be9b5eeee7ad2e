import * as pkijs from 'pkijs';
import { decoding } from '../asn1/decode-error.ts';

/** What a ContentInfo holds (RFC 5652 section 3). `content` is the asn1js object under [0], for pkijs to go on with. */
export interface ContentInfo {
  readonly contentType: string;
  readonly content: unknown;
}

/**
 * Reads a ContentInfo from DER that has been through `berToDer`, which bounds what pkijs will see.
 * @throws DecodeError
 */
export function parseContentInfo(der: Uint8Array): ContentInfo {
  return decoding('the CMS ContentInfo', () => {
    const decoded = pkijs.ContentInfo.fromBER(new Uint8Array(der));
    return { contentType: decoded.contentType, content: decoded.content as unknown };
  });
}
