import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, hasContextTag } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { type Extension, extensionValue } from './extensions.ts';

const URI = 6;

/**
 * The URLs in the cRLDistributionPoints (RFC 5280 section 4.2.1.13) of a certificate, in order; none when it has no such extension.
 * @throws DecodeError when it is malformed
 */
export function readCrlUrls(extensions: readonly Extension[]): readonly string[] {
  const value = extensionValue({ extensions }, OID.cRLDistributionPoints);
  if (value === undefined) return [];
  return expectType(readBer(value), 'SEQUENCE').children.flatMap((point) => {
    const [name] = expectType(point, 'SEQUENCE').children;
    return readNames(name);
  });
}

/**
 * The URLs in the value of an issuingDistributionPoint (section 5.2.5): a CRL is about certificates that have one of them. None when it says
 * something else too, which leaves out some of those certificates or some reasons.
 * @throws DecodeError when it is malformed
 */
export function readIssuingUrls(value: Uint8Array): readonly string[] {
  const [name, ...others] = expectType(readBer(value), 'SEQUENCE').children;
  return others.length === 0 ? readNames(name) : [];
}

/** Of a DistributionPointName, [0], with a fullName, [0]. */
function readNames(name: BerElement | undefined): readonly string[] {
  const fullName = hasContextTag(name, 0) ? name.children[0] : undefined;
  if (!hasContextTag(fullName, 0)) return [];
  return fullName.children.filter((each) => hasContextTag(each, URI)).map(readText);
}

function readText({ content }: { readonly content: Uint8Array }): string {
  const text = Buffer.from(content).toString('latin1');
  if (/^[!-~]+$/.test(text)) return text;
  throw new DecodeError('the URL of a CRL is not printable ASCII');
}
