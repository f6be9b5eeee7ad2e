import { DecodeError } from '../asn1/decode-error.ts';
import { isType } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { type BerElement, readBer } from '../asn1/read-ber.ts';
import { derOctetString, derPrintableString, derUtf8String } from '../asn1/write-der.ts';
import { derAttribute } from '../cms/build-signed-data.ts';
import type { SignerInfo } from '../cms/parse-signed-data.ts';
import { readString, type StringType } from '../x509/read-string.ts';

/** The signed attributes of RFC 8894 section 3.2.1, as the receiver reads them. */
export interface ScepAttributes {
  readonly messageType: string;
  readonly transactionId: string;
  /** The received transactionID value, DER, to be returned unchanged. */
  readonly transactionIdDer: Uint8Array;
  readonly senderNonce: Uint8Array | undefined;
  readonly recipientNonce: Uint8Array | undefined;
  readonly pkiStatus: string | undefined;
  readonly failInfo: string | undefined;
  readonly failInfoText: string | undefined;
}

/** RFC 8894 prescribes PrintableString; clients send the others too. */
const STRING_TYPES: ReadonlySet<StringType> = new Set([
  'PrintableString',
  'UTF8String',
  'IA5String',
]);
const MAX_TEXT = 255;
const MAX_NONCE = 64;

/**
 * @throws DecodeError when messageType or transactionID is missing, or any SCEP attribute is
 *   repeated or of the wrong type
 */
export function readScepAttributes(signer: SignerInfo): ScepAttributes {
  const transactionId = singleValue(signer, OID.scepTransactionId);
  const messageType = text(signer, OID.scepMessageType);
  if (transactionId === undefined) throw new DecodeError('the transactionID is missing');
  if (messageType === undefined) throw new DecodeError('the messageType is missing');
  return {
    messageType,
    transactionId: textOf(transactionId),
    transactionIdDer: transactionId.bytes,
    senderNonce: nonce(signer, OID.scepSenderNonce),
    recipientNonce: nonce(signer, OID.scepRecipientNonce),
    pkiStatus: text(signer, OID.scepPkiStatus),
    failInfo: text(signer, OID.scepFailInfo),
    failInfoText: text(signer, OID.scepFailInfoText),
  };
}

export function printableAttribute(oid: string, value: string): Uint8Array {
  return derAttribute(oid, derPrintableString(value));
}

export function utf8Attribute(oid: string, value: string): Uint8Array {
  return derAttribute(oid, derUtf8String(value));
}

export function nonceAttribute(oid: string, value: Uint8Array): Uint8Array {
  return derAttribute(oid, derOctetString(value));
}

function singleValue({ signedAttributes }: SignerInfo, oid: string): BerElement | undefined {
  const matches = signedAttributes.filter((attribute) => attribute.oid === oid);
  const values = matches.flatMap((attribute) => attribute.values);
  const [value] = values;
  if (value === undefined) return undefined;
  if (values.length > 1) throw new DecodeError(`the attribute ${oid} is repeated`);
  return readBer(value);
}

function text(signer: SignerInfo, oid: string): string | undefined {
  const value = singleValue(signer, oid);
  return value === undefined ? undefined : textOf(value);
}

function textOf(element: BerElement): string {
  const { stringType, value } = readString(element);
  const { length } = element.content;
  if (!STRING_TYPES.has(stringType) || length === 0 || length > MAX_TEXT) {
    throw new DecodeError('a SCEP attribute is not a string of 1 to 255 octets');
  }
  return value;
}

function nonce(signer: SignerInfo, oid: string): Uint8Array | undefined {
  const value = singleValue(signer, oid);
  if (value === undefined) return undefined;
  const { length } = value.content;
  if (!isType(value, 'OCTET STRING') || length === 0 || length > MAX_NONCE) {
    throw new DecodeError('a nonce is not an OCTET STRING of 1 to 64 octets');
  }
  return value.content;
}
