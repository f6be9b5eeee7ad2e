import { buildDegenerateSignedData } from '../cms/build-signed-data.ts';
import type { ContentCipher } from '../cms/content-ciphers.ts';
import type { CertRepOutcome } from '../scep/build-cert-rep.ts';
import { chooseReplyRecipient } from '../scep/choose-reply-recipient.ts';
import type { OpenedRequest } from '../scep/open-pki-request.ts';
import type { Refusal } from '../scep/refusal.ts';
import type { VerifiedRequest } from '../scep/verify-pki-request.ts';
import type { IssuedCertificateRecord } from './authorise/issued-certificate-record.ts';

/** The decision about a request: the reply to the client, and what only the log gets. */
export interface Decision {
  readonly outcome: CertRepOutcome;
  readonly certificateArn?: string;
  readonly refusal?: Refusal;
  /** As in `DecidedExtensions`, for the request that has just been authorised. */
  readonly dropped?: readonly string[];
}

/**
 * How a reply is encrypted: to the key that signed the request, or with the challenge password,
 * in the cipher that the client used (RFC 8894 sections 2.3 and 3.1).
 */
export interface ReplyAddress {
  readonly verified: VerifiedRequest;
  readonly challengePassword: string | undefined;
  readonly cipher: ContentCipher;
}

/** The address of an opened request without a challenge password. */
export function replyAddress({ cipher, ...verified }: OpenedRequest): ReplyAddress {
  return { verified, challengePassword: undefined, cipher };
}

type RandomBytes = (length: number) => Uint8Array;

export const PENDING: Decision = { outcome: { status: 'PENDING' } };

/** The issued certificate, then `chain`: many clients take the first certificate as their own. */
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

/** A FAILURE, with the refusal for the log. */
export function refused(refusal: Refusal): Decision {
  const { failInfo, text, hresult } = refusal;
  return { outcome: { status: 'FAILURE', failInfo, text, hresult }, refusal };
}
