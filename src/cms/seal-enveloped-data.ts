import type { KeyObject } from 'node:crypto';
import { constants, publicEncrypt } from 'node:crypto';
import { OID } from '../asn1/object-identifiers.ts';
import {
  derContextPrimitive,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSet,
} from '../asn1/write-der.ts';
import { derAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { derContentInfo } from './build-signed-data.ts';
import type { ContentCipher } from './content-ciphers.ts';
import { encryptContent } from './content-ciphers.ts';
import { derIssuerAndSerialNumber } from './entity-identifier.ts';

export interface EnvelopeRecipient {
  readonly certificate: Certificate;
  /** The RSA key in the certificate. */
  readonly publicKey: KeyObject;
}

/**
 * A ContentInfo with EnvelopedData for one recipient, DER: version 0, key transport by RSAES-PKCS1-v1_5 with
 * issuerAndSerialNumber, which is what every SCEP client reads (protocol C45).
 * `randomBytes` gives the content key and the initialisation vector.
 */
export function sealEnvelopedData(
  content: Uint8Array,
  recipient: EnvelopeRecipient,
  cipher: ContentCipher,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array {
  const contentKey = randomBytes(cipher.keyLength);
  const iv = randomBytes(cipher.blockLength);
  const encryptedKey = publicEncrypt(
    { key: recipient.publicKey, padding: constants.RSA_PKCS1_PADDING },
    contentKey,
  );
  const recipientInfo = derSequence(
    derInteger(0),
    derIssuerAndSerialNumber(recipient.certificate),
    derAlgorithmIdentifier(OID.rsaEncryption, derNull()),
    derOctetString(encryptedKey),
  );
  const encryptedContentInfo = derSequence(
    derOid(OID.data),
    derAlgorithmIdentifier(cipher.oid, derOctetString(iv)),
    derContextPrimitive(0, encryptContent(cipher, contentKey, iv, content)),
  );
  return derContentInfo(
    OID.envelopedData,
    derSequence(derInteger(0), derSet(recipientInfo), encryptedContentInfo),
  );
}
