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

/** Where a reply goes: to the key that signed the request, in the cipher that the client used itself (protocol C42, C45). */
export type ReplyAddress = Pick<OpenedRequest, 'signerCertificate' | 'signerKey' | 'cipher'>;

export const PENDING: Decision = { outcome: { status: 'PENDING' } };

/** An issued certificate, and `chain` after it: clients take the first one for their own (protocol fact 4). */
export function grantedCertificate(
  { certificate, certificateArn }: Pick<IssuedTransaction, 'certificate' | 'certificateArn'>,
  chain: readonly Uint8Array[],
  address: ReplyAddress,
): Decision {
  const content = buildDegenerateSignedData([certificate, ...chain]);
  return { ...granted(content, address), certificateArn };
}

export function grantedRevocationList(crl: Uint8Array, address: ReplyAddress): Decision {
  return granted(buildDegenerateSignedData([], [crl]), address);
}

function granted(content: Uint8Array, address: ReplyAddress): Decision {
  const { signerCertificate, signerKey, cipher } = address;
  const recipient = { certificate: signerCertificate, publicKey: signerKey };
  return { outcome: { status: 'SUCCESS', content, recipient, cipher } };
}

export function refused(refusal: Refusal): Decision {
  const { failInfo, text } = refusal;
  return { outcome: { status: 'FAILURE', failInfo, text }, refusal };
}
