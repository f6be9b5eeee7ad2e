import * as pkijs from 'pkijs';
import { berToDer } from '../asn1/ber-to-der.ts';
import { DecodeError, decoding } from '../asn1/decode-error.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { algorithmIdentifier } from './algorithm-identifier.ts';
import type { EntityIdentifier } from './entity-identifier.ts';
import { entityIdentifier } from './entity-identifier.ts';
import { parseContentInfo } from './parse-content-info.ts';

/** SignedData (RFC 5652 section 5.1) as far as SCEP uses it. */
export interface SignedData {
  readonly contentType: string;
  /** The octets of eContent; undefined when it is absent, as in a degenerate SignedData. */
  readonly content: Uint8Array | undefined;
  /** DER each, as received and in the order received. */
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
  readonly signers: readonly SignerInfo[];
}

export interface SignerInfo {
  readonly id: EntityIdentifier;
  readonly digestAlgorithm: AlgorithmIdentifier;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly signedAttributes: readonly SignedAttribute[];
  /** The attributes as received under the tag SET OF, which is what the signature covers; empty when absent. */
  readonly signedAttributesDer: Uint8Array;
}

interface SignedAttribute {
  readonly oid: string;
  /** DER of each value. */
  readonly values: readonly Uint8Array[];
}

const MAX_CERTIFICATES = 10;
const MAX_SIGNERS = 10;
const MAX_ATTRIBUTES = 32;

/**
 * Reads a ContentInfo that holds SignedData, BER or DER. Nothing is verified.
 * @throws DecodeError when it is not SignedData or exceeds 10 certificates, 10 signers or 32 attributes.
 */
export function parseSignedData(bytes: Uint8Array): SignedData {
  const der = berToDer(bytes);
  const contentInfo = parseContentInfo(der);
  if (contentInfo.contentType !== OID.signedData)
    throw new DecodeError('the CMS is not SignedData');
  const { certificates, crls } = certificatesAndCrls(der);
  if (certificates.length > MAX_CERTIFICATES) throw new DecodeError('too many certificates');
  return decoding('the SignedData', () => {
    const decoded = new pkijs.SignedData({ schema: contentInfo.content });
    if (decoded.signerInfos.length > MAX_SIGNERS) throw new DecodeError('too many signers');
    const { eContentType, eContent } = decoded.encapContentInfo;
    return {
      contentType: eContentType,
      content: eContent === undefined ? undefined : new Uint8Array(eContent.getValue()),
      certificates,
      crls,
      signers: decoded.signerInfos.map(signerInfo),
    };
  });
}

function signerInfo(decoded: pkijs.SignerInfo): SignerInfo {
  const attributes = decoded.signedAttrs?.attributes ?? [];
  if (attributes.length > MAX_ATTRIBUTES) throw new DecodeError('too many signed attributes');
  return {
    id: entityIdentifier(decoded.sid),
    digestAlgorithm: algorithmIdentifier(decoded.digestAlgorithm),
    signatureAlgorithm: algorithmIdentifier(decoded.signatureAlgorithm),
    signature: new Uint8Array(decoded.signature.getValue()),
    signedAttributes: attributes.map(({ type, values }) => ({
      oid: type,
      values: (values as { valueBeforeDecodeView: Uint8Array }[]).map(
        (value) => value.valueBeforeDecodeView,
      ),
    })),
    signedAttributesDer: new Uint8Array(decoded.signedAttrs?.encodedValue ?? []),
  };
}

/**
 * The certificates [0] and crls [1] to the byte. pkijs would encode them anew, which may change the odd
 * certificates that clients sign for themselves (protocol C34).
 */
function certificatesAndCrls(der: Uint8Array): { certificates: Uint8Array[]; crls: Uint8Array[] } {
  const fields = readBer(der).children[1]?.children[0]?.children ?? [];
  const elementsUnder = (tagNumber: number) =>
    fields
      .filter((field) => field.tagClass === 'context' && field.tagNumber === tagNumber)
      .flatMap((field) => field.children.map(({ bytes }) => bytes));
  return { certificates: elementsUnder(0), crls: elementsUnder(1) };
}
