import type { KeyObject } from 'node:crypto';
import { OID } from '../asn1/object-identifiers.ts';
import { derTime } from '../asn1/write-der.ts';
import { buildSignedData, derAttribute } from '../cms/build-signed-data.ts';
import { type ContentCipher, contentCipher, findCipherByOid } from '../cms/content-ciphers.ts';
import type { EnvelopedData } from '../cms/parse-enveloped-data.ts';
import { type EnvelopeRecipient, sealEnvelopedData } from '../cms/seal-enveloped-data.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { type DigestName, findDigestByOid } from '../x509/signature-algorithms.ts';
import { type AlgorithmPolicy, accepts, acceptsCipher } from './algorithm-policy.ts';
import type { ClientName } from './guess-client.ts';
import { CERT_REP } from './message-types.ts';
import { FAIL_INFO, type FailInfo, PKI_STATUS } from './pki-status.ts';
import type { PkiRequest } from './read-pki-message.ts';
import { nonceAttribute, printableAttribute, utf8Attribute } from './scep-attributes.ts';
import { signedDecimal } from './windows-errors.ts';

/** What a CertRep tells the client (RFC 8894 section 3.3.2). */
export type CertRepOutcome =
  | {
      readonly status: 'SUCCESS';
      /** The messageData: a degenerate SignedData, DER. */
      readonly content: Uint8Array;
      /** The certificate that signed the request, and its key. */
      readonly recipient: EnvelopeRecipient;
      readonly cipher: ContentCipher;
    }
  | {
      readonly status: 'FAILURE';
      readonly failInfo: FailInfo;
      readonly text: string;
      /** Why, in a number that Windows knows. */
      readonly hresult: number;
    }
  | { readonly status: 'PENDING' };

/** The RA identity that signs, with the digest that the client used. */
interface CertRepSigner {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
  readonly digest: DigestName;
}

/** What a reply needs besides the request and its outcome. */
export interface CertRepContext {
  readonly signer: CertRepSigner;
  readonly client: ClientName;
  readonly now: Date;
  readonly randomBytes: (length: number) => Uint8Array;
}

/**
 * A CertRep, DER. For SUCCESS, a degenerate SignedData in EnvelopedData in SignedData. For FAILURE
 * and PENDING the content is a zero-length OCTET STRING, because certmonger fails when it is
 * absent.
 */
export function buildCertRep(
  outcome: CertRepOutcome,
  request: PkiRequest,
  { signer, client, now, randomBytes }: CertRepContext,
): Uint8Array {
  const content =
    outcome.status === 'SUCCESS'
      ? sealEnvelopedData(outcome.content, outcome.recipient, outcome.cipher, randomBytes)
      : Buffer.alloc(0);
  return buildSignedData(content, signer, [
    derAttribute(OID.signingTime, derTime(now)),
    derAttribute(OID.scepTransactionId, request.attributes.transactionIdDer),
    printableAttribute(OID.scepMessageType, CERT_REP),
    printableAttribute(OID.scepPkiStatus, PKI_STATUS[outcome.status]),
    nonceAttribute(OID.scepRecipientNonce, request.senderNonce),
    nonceAttribute(OID.scepSenderNonce, randomBytes(16)),
    ...(outcome.status === 'FAILURE' ? failureAttributes(outcome, client) : []),
  ]);
}

type Failure = Extract<CertRepOutcome, { readonly status: 'FAILURE' }>;

/** NDES tells Windows the HRESULT in an attribute of its own, and sends no failInfoText. */
function failureAttributes({ failInfo, text, hresult }: Failure, client: ClientName): Uint8Array[] {
  const forWindows = printableAttribute(OID.microsoftScepError, signedDecimal(hresult));
  return [
    printableAttribute(OID.scepFailInfo, FAIL_INFO[failInfo]),
    utf8Attribute(OID.scepFailInfoText, text),
    ...(client === 'windows' ? [forWindows] : []),
  ];
}

/**
 * The digest for signing the reply: the client's own, because old clients know no other, if the
 * connector accepts it; otherwise SHA-256.
 */
export function replyDigest({ signer }: PkiRequest, policy: AlgorithmPolicy): DigestName {
  const digest = findDigestByOid(signer.digestAlgorithm.oid);
  return digest !== undefined && accepts(policy, digest) ? digest.name : 'sha256';
}

/**
 * The cipher for the reply to a request whose envelope is not opened: the one in the envelope, if
 * the connector accepts it; otherwise AES-128, which RFC 8894 section 2.9 requires of every client.
 */
export function replyCipher(
  envelope: EnvelopedData | undefined,
  policy: AlgorithmPolicy,
): ContentCipher {
  const named = envelope && findCipherByOid(envelope.contentEncryption.oid);
  return named && acceptsCipher(policy, named.name) ? named : contentCipher('aes128');
}
