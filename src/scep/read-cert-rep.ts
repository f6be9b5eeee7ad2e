import { DecodeError } from '../asn1/decode-error.ts';
import { OID } from '../asn1/object-identifiers.ts';
import { findDigestByOid } from '../cms/digest-algorithms.ts';
import { identifies } from '../cms/entity-identifier.ts';
import type { SignerInfo } from '../cms/parse-signed-data.ts';
import { verifySignedData } from '../cms/verify-signed-data.ts';
import type { Certificate } from '../x509/parse-certificate.ts';
import { importPublicKey } from '../x509/public-key.ts';
import type { DigestName } from '../x509/signature-algorithms.ts';
import { signatureDigest } from '../x509/signature-algorithms.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import type { AlgorithmPolicy } from './algorithm-policy.ts';
import { acceptsDigest } from './algorithm-policy.ts';
import { CERT_REP } from './message-types.ts';
import type { ReplyRecipient } from './open-cert-rep.ts';
import { openCertRep } from './open-cert-rep.ts';
import type { FailInfo } from './pki-status.ts';
import { FAIL_INFO, PKI_STATUS } from './pki-status.ts';
import type { PkiMessage } from './read-pki-message.ts';
import { readPkiMessage } from './read-pki-message.ts';
import { UntrustedReplyError } from './untrusted-reply-error.ts';

/** What the reply to one request has to agree with. */
export interface ExpectedCertRep {
  readonly transactionId: string;
  /** Of the request. */
  readonly senderNonce: Uint8Array;
  /** The certificates from GetCACert that may sign. One that only comes with the reply counts for nothing. */
  readonly signers: readonly Certificate[];
  readonly policy: AlgorithmPolicy;
}

/** A CertRep that has been verified (RFC 8894 section 3.3.2). */
export type CertRep =
  | {
      readonly status: 'SUCCESS';
      /** In the order sent, one or more. That they are what was asked for is still to be checked. */
      readonly certificates: readonly Certificate[];
    }
  | {
      readonly status: 'FAILURE';
      readonly failInfo: FailInfo;
      /** The failInfoText, which the server may leave out. */
      readonly text: string | undefined;
    }
  | { readonly status: 'PENDING' };

/**
 * Reads and verifies the reply to a request on the client's side.
 * @throws DecodeError when it is malformed; UntrustedReplyError when it is signed by nobody in `expected.signers`, answers
 * another request, or uses an algorithm that is unknown or outside the policy.
 */
export function readCertRep(
  bytes: Uint8Array,
  expected: ExpectedCertRep,
  recipient: ReplyRecipient,
): CertRep {
  const message = readPkiMessage(bytes);
  try {
    requireSignature(message, expected);
    requireAnswerTo(message, expected);
    return outcomeOf(message, expected.policy, recipient);
  } catch (error) {
    if (error instanceof UnsupportedAlgorithmError) throw new UntrustedReplyError(error.message);
    throw error;
  }
}

function requireSignature({ signedData, signer }: PkiMessage, expected: ExpectedCertRep): void {
  const certificate = expected.signers.find((candidate) => identifies(signer.id, candidate));
  if (certificate === undefined) {
    throw new UntrustedReplyError('the reply is not signed by a certificate of GetCACert');
  }
  for (const digest of digestsOf(signer)) {
    if (!acceptsDigest(expected.policy, digest)) {
      throw new UntrustedReplyError(`the reply is signed with ${digest}, which is not accepted`);
    }
  }
  if (!verifySignedData(signedData, signer, importPublicKey(certificate.subjectPublicKeyInfo))) {
    throw new UntrustedReplyError('the signature of the reply is wrong');
  }
}

/** The digest over the content and the one within the signature algorithm, where that names one. */
function digestsOf({ digestAlgorithm, signatureAlgorithm }: SignerInfo): DigestName[] {
  const digest = findDigestByOid(digestAlgorithm.oid);
  if (digest === undefined) throw new UnsupportedAlgorithmError(digestAlgorithm.oid);
  return signatureAlgorithm.oid === OID.rsaEncryption
    ? [digest.name]
    : [digest.name, signatureDigest(signatureAlgorithm)];
}

/** RFC 8894 sections 3.2.1.1, 3.2.1.2 and 3.2.1.5. */
function requireAnswerTo({ attributes }: PkiMessage, expected: ExpectedCertRep): void {
  const { messageType, transactionId, recipientNonce, senderNonce } = attributes;
  if (messageType !== CERT_REP) {
    throw new UntrustedReplyError('the messageType of the reply is not CertRep');
  }
  if (transactionId !== expected.transactionId) {
    throw new UntrustedReplyError('the reply has the transactionID of another request');
  }
  if (!recipientNonce || Buffer.compare(recipientNonce, expected.senderNonce) !== 0) {
    throw new UntrustedReplyError('the recipientNonce is not the senderNonce of the request');
  }
  if (senderNonce === undefined) throw new DecodeError('the senderNonce is missing');
}

function outcomeOf(
  { attributes, signedData }: PkiMessage,
  policy: AlgorithmPolicy,
  recipient: ReplyRecipient,
): CertRep {
  switch (attributes.pkiStatus) {
    case PKI_STATUS.SUCCESS:
      return {
        status: 'SUCCESS',
        certificates: openCertRep(signedData.content, policy, recipient),
      };
    case PKI_STATUS.FAILURE:
      return {
        status: 'FAILURE',
        failInfo: failInfoOf(attributes.failInfo),
        text: attributes.failInfoText,
      };
    case PKI_STATUS.PENDING:
      return { status: 'PENDING' };
    default:
      throw new DecodeError('the pkiStatus is none of RFC 8894');
  }
}

function failInfoOf(value: string | undefined): FailInfo {
  const names = Object.keys(FAIL_INFO) as FailInfo[];
  const failInfo = names.find((name) => FAIL_INFO[name] === value);
  if (failInfo === undefined) throw new DecodeError('the failInfo is none of RFC 8894');
  return failInfo;
}
