import { berToDer, octets } from '../asn1/ber-to-der.ts';
import { DecodeError } from '../asn1/decode-error.ts';
import { expectType, hasContextTag } from '../asn1/expect-type.ts';
import { OID } from '../asn1/object-identifiers.ts';
import type { BerElement } from '../asn1/read-ber.ts';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { readOid } from '../x509/read-oid.ts';
import { type EntityIdentifier, readEntityIdentifier } from './entity-identifier.ts';
import { parseContentInfo } from './parse-content-info.ts';
import { type PasswordRecipient, readPasswordRecipient } from './password-recipient.ts';

/** The parts of EnvelopedData (RFC 5652 section 6.1) that SCEP uses. */
export interface EnvelopedData {
  /**
   * By key transport, in the order received. Recipients other than these two kinds are left out.
   */
  readonly recipients: readonly KeyTransportRecipient[];
  /** By password, in the order received. */
  readonly passwordRecipients: readonly PasswordRecipient[];
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
 * Reads a ContentInfo with EnvelopedData, BER or DER. Decrypts nothing. The content type inside
 * does not matter: what is decrypted is read as what the message needs.
 * @throws DecodeError when it is not that, has no encrypted content, or has more than 10 recipients
 */
export function parseEnvelopedData(bytes: Uint8Array): EnvelopedData {
  const contentInfo = parseContentInfo(berToDer(bytes));
  if (contentInfo.contentType !== OID.envelopedData) {
    throw new DecodeError('the CMS is not EnvelopedData');
  }
  const [version, ...fields] = expectType(contentInfo.content, 'SEQUENCE').children;
  expectType(version, 'INTEGER');
  const [recipientInfos, contentInfoFields] = hasContextTag(fields[0], 0)
    ? fields.slice(1)
    : fields;
  const recipients = expectType(recipientInfos, 'SET').children;
  if (recipients.length > MAX_RECIPIENTS) throw new DecodeError('too many recipients');
  return {
    recipients: recipients.flatMap(keyTransportRecipient),
    passwordRecipients: recipients
      .filter((element) => hasContextTag(element, 3))
      .map(readPasswordRecipient),
    ...encryptedContentInfo(contentInfoFields),
  };
}

/** Recipients of other kinds have a context tag (RFC 5652 section 6.2). */
function keyTransportRecipient(element: BerElement): KeyTransportRecipient[] {
  if (element.tagClass === 'context') return [];
  const [version, id, keyEncryption, encryptedKey] = expectType(element, 'SEQUENCE').children;
  expectType(version, 'INTEGER');
  return [
    {
      id: readEntityIdentifier(id),
      keyEncryption: readAlgorithmIdentifier(expectType(keyEncryption, 'SEQUENCE')),
      encryptedKey: expectType(encryptedKey, 'OCTET STRING').content,
    },
  ];
}

/** scepclient sends encryptedContent as a constructed [0] that contains OCTET STRINGs. */
function encryptedContentInfo(element: BerElement | undefined) {
  const [type, algorithm, encryptedContent] = expectType(element, 'SEQUENCE').children;
  if (type === undefined) throw new DecodeError('the enveloped content has no type');
  readOid(type);
  if (!hasContextTag(encryptedContent, 0)) throw new DecodeError('there is no encrypted content');
  return {
    contentEncryption: readAlgorithmIdentifier(expectType(algorithm, 'SEQUENCE')),
    encryptedContent: octets(encryptedContent),
  };
}
