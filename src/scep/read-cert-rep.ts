import { DecodeError } from '../asn1/decode-error.ts';
import { equalBytes } from '../asn1/equal-bytes.ts';
import { UnsupportedAlgorithmError } from '../x509/unsupported-algorithm-error.ts';
import type { AlgorithmPolicy } from './algorithm-policy.ts';
import { CERT_REP } from './message-types.ts';
import { type CertRepContents, openCertRep, type ReplyRecipient } from './open-cert-rep.ts';
import { FAIL_INFO, type FailInfo, PKI_STATUS } from './pki-status.ts';
import { type PkiMessage, readPkiMessage } from './read-pki-message.ts';
import {
  type ExpectedSignature,
  requireServerSignature,
  UntrustedReplyError,
} from './require-server-signature.ts';

/** What the reply to one request must match. */
export interface ExpectedCertRep extends ExpectedSignature {
  readonly transactionId: string;
  /** Of the request. */
  readonly senderNonce: Uint8Array;
}

/** A verified CertRep (RFC 8894 section 3.3.2). */
export type CertRep =
  | ({ readonly status: 'SUCCESS' } & CertRepContents)
  | {
      readonly status: 'FAILURE';
      readonly failInfo: FailInfo;
      /** The failInfoText, which is optional. */
      readonly text: string | undefined;
    }
  | { readonly status: 'PENDING' };

/**
 * Reads and verifies the reply to a request, on the client's side.
 * @throws DecodeError when it is malformed; UntrustedReplyError when none of `expected.signers`
 *   signed it, it answers another request, or it uses an algorithm that is unknown or not accepted
 *   by the policy
 */
export function readCertRep(
  bytes: Uint8Array,
  expected: ExpectedCertRep,
  recipient: ReplyRecipient,
): CertRep {
  const message = readPkiMessage(bytes);
  try {
    requireServerSignature(message, expected);
    requireAnswerTo(message, expected);
    return outcomeOf(message, expected.policy, recipient);
  } catch (error) {
    if (error instanceof UnsupportedAlgorithmError) throw new UntrustedReplyError(error.message);
    throw error;
  }
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
  if (!recipientNonce || !equalBytes(recipientNonce, expected.senderNonce)) {
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
      return { status: 'SUCCESS', ...openCertRep(signedData.content, policy, recipient) };
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
