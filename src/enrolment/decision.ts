import { buildDegenerateSignedData } from '../cms/build-signed-data.ts';
import type { CertRepOutcome } from '../scep/build-cert-rep.ts';
import type { OpenedRequest } from '../scep/open-pki-request.ts';
import type { Refusal } from '../scep/refusal.ts';
import type { IssuedTransaction } from './transaction-record.ts';

/** What was decided about a request: what the client is told, and what the log is told beside it. */
export interface Decision {
  readonly outcome: CertRepOutcome;
  readonly certificateArn?: string;
  readonly refusal?: Refusal;
}

/** The reply goes to the key that signed the request, in the cipher that the client used itself (protocol C42, C45). */
export function granted(
  { certificate, certificateArn }: IssuedTransaction,
  { signerCertificate, signerKey, cipher }: OpenedRequest,
): Decision {
  const recipient = { certificate: signerCertificate, publicKey: signerKey };
  const content = buildDegenerateSignedData([certificate]);
  return { outcome: { status: 'SUCCESS', content, recipient, cipher }, certificateArn };
}

export function refused(refusal: Refusal): Decision {
  const { failInfo, text } = refusal;
  return { outcome: { status: 'FAILURE', failInfo, text }, refusal };
}
