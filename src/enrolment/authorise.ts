import type { ConnectorPolicy } from '../connectors/connector-policy.ts';
import { Refusal } from '../scep/refusal.ts';
import type { CertificationRequest } from '../x509/parse-certification-request.ts';
import { weaknessOf } from '../x509/public-key.ts';
import type { FindChallenge } from './check-challenge.ts';
import { checkChallenge } from './check-challenge.ts';
import { checkExtensions } from './check-extensions.ts';
import { checkSubject } from './check-subject.ts';

declare const authorised: unique symbol;

/**
 * Leave to have one certificate issued. Only `authorise` makes one, and `redeem` takes it once, so that no path to the CA can
 * go round the checks, be forgotten by one, or use one leave twice.
 */
export interface Authorised {
  readonly [authorised]: true;
  readonly csr: CertificationRequest;
  /** By what right: the ARN of the challenge. */
  readonly by: { readonly challengeArn: string };
}

const unredeemed = new WeakSet<Authorised>();

/**
 * Decides whether the sender of a PKCSReq may have the certificate it asks for. Cheap checks of form come first, the challenge
 * last. The request has been read by `readCertificationRequest`: its sender holds its key.
 * @throws Refusal
 */
export async function authorise(
  csr: CertificationRequest,
  policy: ConnectorPolicy,
  findChallenge: FindChallenge,
): Promise<Authorised> {
  const weakness = weaknessOf(csr.subjectPublicKeyInfo);
  if (weakness !== undefined) throw new Refusal('key-not-allowed', weakness);
  checkSubject(csr);
  checkExtensions(csr, policy.identity);
  const challenge = await checkChallenge(csr, findChallenge);
  const granted = { csr, by: { challengeArn: challenge.arn } } as Authorised;
  unredeemed.add(granted);
  return granted;
}

/** @throws Error when the authorisation is not one of `authorise`, or has been redeemed before. */
export function redeem(granted: Authorised): CertificationRequest {
  if (!unredeemed.delete(granted)) throw new Error('an authorisation can be redeemed once');
  return granted.csr;
}
