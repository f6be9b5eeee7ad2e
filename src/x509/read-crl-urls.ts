import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, hasContextTag } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { type Extension, extensionValue } from './extensions.ts';

const URI = 6;

/**
 * The URLs in the cRLDistributionPoints of a certificate (RFC 5280 section 4.2.1.13), in order;
 * empty without that extension.
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
 * The URLs in the value of an issuingDistributionPoint (RFC 5280 section 5.2.5): the CRL covers
 * certificates that have one of them. Empty when the value has other fields too, which exclude some
 * of those certificates or some reasons.
 * @throws DecodeError when it is malformed
 */
export function readIssuingUrls(value: Uint8Array): readonly string[] {
  const [name, ...others] = expectType(readBer(value), 'SEQUENCE').children;
  return others.length === 0 ? readNames(name) : [];
}

/** The URLs in a DistributionPointName, [0], with a fullName, [0]. */
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
