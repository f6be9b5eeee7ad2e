import { buildDegenerateSignedData } from '../cms/build-signed-data.ts';
import type { ContentCipher } from '../cms/content-ciphers.ts';
import type { CertRepOutcome } from '../scep/build-cert-rep.ts';
import { chooseReplyRecipient } from '../scep/choose-reply-recipient.ts';
import type { OpenedRequest } from '../scep/open-pki-request.ts';
import type { Refusal } from '../scep/refusal.ts';
import type { VerifiedRequest } from '../scep/verify-pki-request.ts';
import type { IssuedCertificateRecord } from './authorise/issued-certificate-record.ts';

/** What was decided about a request: what the client is told, and what the log is told beside it. */
export interface Decision {
  readonly outcome: CertRepOutcome;
  readonly certificateArn?: string;
  readonly refusal?: Refusal;
}

/**
 * Where a reply goes: to the key that signed the request, or to whoever knows the challenge password in it, in the cipher that
 * the client used itself (protocol C42, C45).
 */
export interface ReplyAddress {
  readonly verified: VerifiedRequest;
  readonly challengePassword: string | undefined;
  readonly cipher: ContentCipher;
}

/** Of a request that has been opened and holds no challenge password. */
export function replyAddress({ cipher, ...verified }: OpenedRequest): ReplyAddress {
  return { verified, challengePassword: undefined, cipher };
}

type RandomBytes = (length: number) => Uint8Array;

export const PENDING: Decision = { outcome: { status: 'PENDING' } };

/** An issued certificate, and `chain` after it: clients take the first one for their own (protocol fact 4). */
export async function grantedCertificate(
  { certificate, certificateArn }: Pick<IssuedCertificateRecord, 'certificate' | 'certificateArn'>,
  chain: readonly Uint8Array[],
  address: ReplyAddress,
  randomBytes: RandomBytes,
): Promise<Decision> {
  const content = buildDegenerateSignedData([certificate, ...chain]);
  return { ...(await granted(content, address, randomBytes)), certificateArn };
}

/** @param crl DER */
export function grantedRevocationList(
  crl: Uint8Array,
  address: ReplyAddress,
  randomBytes: RandomBytes,
): Promise<Decision> {
  return granted(buildDegenerateSignedData([], [crl]), address, randomBytes);
}

async function granted(
  content: Uint8Array,
  { verified, challengePassword, cipher }: ReplyAddress,
  randomBytes: RandomBytes,
): Promise<Decision> {
  const recipient = await chooseReplyRecipient(verified, challengePassword, randomBytes);
  return { outcome: { status: 'SUCCESS', content, recipient, cipher } };
}

/** The FAILURE that the client is told of, with what the log is told. */
export function refused(refusal: Refusal): Decision {
  const { failInfo, text } = refusal;
  return { outcome: { status: 'FAILURE', failInfo, text }, refusal };
}
