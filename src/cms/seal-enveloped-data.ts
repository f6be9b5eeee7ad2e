import { constants, type KeyObject, publicEncrypt } from 'node:crypto';
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
import { type ContentCipher, encryptContent } from './content-ciphers.ts';
import { derIssuerAndSerialNumber } from './entity-identifier.ts';
import { derPasswordRecipient, type PasswordKey } from './password-recipient.ts';

export type EnvelopeRecipient =
  | {
      readonly certificate: Certificate;
      /** The RSA key in the certificate. */
      readonly publicKey: KeyObject;
    }
  /** From `derivePasswordKey`, for a key that cannot be encrypted to (RFC 8894 section 3.1). */
  | { readonly passwordKey: PasswordKey };

type RandomBytes = (length: number) => Uint8Array;

/**
 * A ContentInfo with EnvelopedData for one recipient, DER. Key transport is RSAES-PKCS1-v1_5 with
 * issuerAndSerialNumber, which every SCEP client reads. `randomBytes` supplies the content key and
 * the initialisation vector, in this order, and then, for a password, the octets for wrapping the
 * key.
 */
export function sealEnvelopedData(
  content: Uint8Array,
  recipient: EnvelopeRecipient,
  cipher: ContentCipher,
  randomBytes: RandomBytes,
): Uint8Array {
  const contentKey = randomBytes(cipher.keyLength);
  const iv = randomBytes(cipher.blockLength);
  const { version, recipientInfo } = encryptKey(contentKey, recipient, randomBytes);
  const encryptedContentInfo = derSequence(
    derOid(OID.data),
    derAlgorithmIdentifier(cipher.oid, derOctetString(iv)),
    derContextPrimitive(0, encryptContent(cipher, contentKey, iv, content)),
  );
  return derContentInfo(
    OID.envelopedData,
    derSequence(derInteger(version), derSet(recipientInfo), encryptedContentInfo),
  );
}

/**
 * Returns also the version of the EnvelopedData, which depends on the kind of recipient (RFC 5652
 * section 6.1).
 */
function encryptKey(
  contentKey: Uint8Array,
  recipient: EnvelopeRecipient,
  randomBytes: RandomBytes,
): { version: number; recipientInfo: Uint8Array } {
  if ('passwordKey' in recipient) {
    const recipientInfo = derPasswordRecipient(recipient.passwordKey, contentKey, randomBytes);
    return { version: 3, recipientInfo };
  }
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
  return { version: 0, recipientInfo };
}
