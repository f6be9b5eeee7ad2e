import type * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { berToDer, octets } from '../asn1/ber-to-der.ts';
import { DecodeError, decoding } from '../asn1/decode-error.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { readBer } from '../asn1/read-ber.ts';
import type { AlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { algorithmIdentifier } from './algorithm-identifier.ts';
import type { EntityIdentifier } from './entity-identifier.ts';
import { entityIdentifier } from './entity-identifier.ts';
import { parseContentInfo } from './parse-content-info.ts';

/** EnvelopedData (RFC 5652 section 6.1) as far as SCEP uses it. */
export interface EnvelopedData {
  /** In the order received. Recipients of other kinds than key transport are left out. */
  readonly recipients: readonly KeyTransportRecipient[];
  readonly contentEncryption: AlgorithmIdentifier;
  readonly encryptedContent: Uint8Array;
}

export interface KeyTransportRecipient {
  readonly id: EntityIdentifier;
  readonly keyEncryption: AlgorithmIdentifier;
  readonly encryptedKey: Uint8Array;
}

const MAX_RECIPIENTS = 10;

/**
 * Reads a ContentInfo that holds EnvelopedData over plain data, BER or DER. Nothing is decrypted.
 * @throws DecodeError when it is not that, has no encrypted content, or has more than 10 recipients.
 */
export function parseEnvelopedData(bytes: Uint8Array): EnvelopedData {
  const contentInfo = parseContentInfo(berToDer(bytes));
  if (contentInfo.contentType !== OID.envelopedData) {
    throw new DecodeError('the CMS is not EnvelopedData');
  }
  return decoding('the EnvelopedData', () => {
    const decoded = new pkijs.EnvelopedData({ schema: contentInfo.content });
    const { contentType, contentEncryptionAlgorithm, encryptedContent } =
      decoded.encryptedContentInfo;
    if (contentType !== OID.data) throw new DecodeError('the enveloped content is not data');
    if (encryptedContent === undefined) throw new DecodeError('there is no encrypted content');
    if (decoded.recipientInfos.length > MAX_RECIPIENTS)
      throw new DecodeError('too many recipients');
    return {
      recipients: decoded.recipientInfos.flatMap(keyTransportRecipient),
      contentEncryption: algorithmIdentifier(contentEncryptionAlgorithm),
      encryptedContent: contentOctets(encryptedContent),
    };
  });
}

function keyTransportRecipient({ value }: pkijs.RecipientInfo): KeyTransportRecipient[] {
  if (!(value instanceof pkijs.KeyTransRecipientInfo)) return [];
  return [
    {
      id: entityIdentifier(value.rid),
      keyEncryption: algorithmIdentifier(value.keyEncryptionAlgorithm),
      encryptedKey: new Uint8Array(value.encryptedKey.getValue()),
    },
  ];
}

/** scepclient sends encryptedContent as constructed [0] with OCTET STRINGs inside (protocol fact 14). */
function contentOctets(encryptedContent: asn1js.BaseBlock): Uint8Array {
  return octets(readBer(encryptedContent.valueBeforeDecodeView));
}
