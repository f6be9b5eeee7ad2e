import { createHash, type KeyObject } from 'node:crypto';
import { OID } from '../asn1/object-identifiers.ts';
import { derSequence, derTime } from '../asn1/write-der.ts';
import { buildSignedData, derAttribute } from '../cms/build-signed-data.ts';
import type { ContentCipher } from '../cms/content-ciphers.ts';
import { type EnvelopeRecipient, sealEnvelopedData } from '../cms/seal-enveloped-data.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import type { DigestName } from '../x509/signature-algorithms.ts';
import { REQUEST_TYPES, type RequestType } from './message-types.ts';
import { nonceAttribute, printableAttribute } from './scep-attributes.ts';

/** A request that a client sends (RFC 8894 section 3.3). */
export interface PkiRequestParts {
  readonly type: RequestType;
  readonly transactionId: string;
  readonly senderNonce: Uint8Array;
  /** The messageData, DER: a PKCS #10 for PKCSReq, an IssuerAndSubject for CertPoll. */
  readonly content: Uint8Array;
  readonly recipient: EnvelopeRecipient;
  readonly cipher: ContentCipher;
  readonly signer: {
    readonly certificate: Certificate;
    readonly privateKey: KeyObject;
    readonly digest: DigestName;
  };
}

/** A pkiMessage, DER. */
export function buildPkiRequest(
  { type, transactionId, senderNonce, content, recipient, cipher, signer }: PkiRequestParts,
  now: Date,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array {
  const envelope = sealEnvelopedData(content, recipient, cipher, randomBytes);
  return buildSignedData(envelope, signer, [
    derAttribute(OID.signingTime, derTime(now)),
    printableAttribute(OID.scepTransactionId, transactionId),
    printableAttribute(OID.scepMessageType, REQUEST_TYPES[type]),
    nonceAttribute(OID.scepSenderNonce, senderNonce),
  ]);
}

/**
 * IssuerAndSubject, the messageData of a CertPoll (RFC 8894 section 3.3.3), from two Names in DER.
 */
export function derIssuerAndSubject(issuer: Uint8Array, subject: Uint8Array): Uint8Array {
  return derSequence(issuer, subject);
}

/**
 * The transactionID of an enrolment: SHA-256 of the SubjectPublicKeyInfo in hexadecimal (RFC 8894
 * section 3.2.1.1). A repeated request has the same transactionID, so a server recognises a retry.
 * For a renewal, the renewed certificate is hashed too: the key may stay the same, but the
 * transaction must be new.
 */
export function transactionIdOf(
  subjectPublicKeyInfo: Uint8Array,
  renewedCertificate: Uint8Array = new Uint8Array(),
): string {
  return createHash('sha256').update(subjectPublicKeyInfo).update(renewedCertificate).digest('hex');
}
