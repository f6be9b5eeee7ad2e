import type { ConnectorPolicy } from '../../connectors/tags/connector-policy.ts';
import { IssuerError } from '../../issuer/issuer.ts';
import { Refusal } from '../../scep/refusal.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import { weaknessOf } from '../../x509/public-key.ts';
import { checkChallenge, type FindChallenge } from './check-challenge.ts';
import { checkExtensions } from './check-extensions.ts';
import { checkRenewal } from './check-renewal.ts';
import { checkSubject } from './check-subject.ts';
import { type Holder, requireHolder } from './find-holder.ts';
import type { Right } from './right.ts';

declare const authorised: unique symbol;

/**
 * Leave to have one certificate issued. Only `authorise` makes one, and `redeem` takes it once, so that no path to the CA can
 * go round the checks, be forgotten by one, or use one leave twice.
 */
export interface Authorised {
  readonly [authorised]: true;
  readonly csr: CertificationRequest;
  readonly right: Right;
  /** The certificate that is renewed. */
  readonly predecessor: Holder | undefined;
}

/** What is to be authorised: the request, and what is known of the key that signed it. */
export interface Claim {
  readonly type: 'PKCSReq' | 'RenewalReq';
  readonly csr: CertificationRequest;
  /** The key that signed the message is the key to be certified. */
  readonly signerIsRequester: boolean;
  /** Whose certificate signed the message, when it is one that this connector issued. */
  readonly holder: Holder | undefined;
}

const unredeemed = new WeakSet<Authorised>();

/**
 * Decides whether the sender of a request may have the certificate it asks for, and by what right.
 *
 * | messageType | signed by | right |
 * | --- | --- | --- |
 * | RenewalReq | a valid certificate of this connector | that certificate |
 * | PKCSReq | a valid certificate of this connector | that certificate; if it gives none and the key stays, a challenge |
 * | PKCSReq | the key in the request | a challenge |
 * | any | anything else | none |
 * @throws Refusal, IssuerError
 */
export async function authorise(
  claim: Claim,
  policy: ConnectorPolicy,
  findChallenge: FindChallenge,
): Promise<Authorised> {
  const weakness = weaknessOf(claim.csr.subjectPublicKeyInfo);
  if (weakness !== undefined) throw new Refusal('key-not-allowed', weakness);
  checkSubject(claim.csr);
  switch (claim.type) {
    case 'RenewalReq':
      return authoriseByCertificate(claim, policy);
    case 'PKCSReq':
      return authorisePkcsReq(claim, policy, findChallenge);
  }
}

async function authorisePkcsReq(
  claim: Claim,
  policy: ConnectorPolicy,
  findChallenge: FindChallenge,
): Promise<Authorised> {
  if (!claim.signerIsRequester) return authoriseByCertificate(claim, policy);
  if (claim.holder === undefined) return authoriseByChallenge(claim, policy, findChallenge);
  try {
    return await authoriseByCertificate(claim, policy);
  } catch (reason) {
    // Nobody can say just now whether the certificate is revoked: a challenge may do, and what it lacks decides nothing.
    const isUnknown = reason instanceof IssuerError;
    if (!isUnknown && !(reason instanceof Refusal)) throw reason;
    return authoriseByChallenge(claim, policy, findChallenge).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      throw isUnknown || error.reason === 'challenge-missing' ? reason : error;
    });
  }
}

/** No challenge is needed, and one that is there is not looked at: it may have been withdrawn since (RFC 8894 section 2.5). */
async function authoriseByCertificate(
  { csr, signerIsRequester, holder }: Claim,
  policy: ConnectorPolicy,
) {
  const predecessor = await requireHolder(holder, policy.renewal);
  checkRenewal(csr, signerIsRequester, predecessor, policy.renewal);
  const { serial, lineage } = predecessor;
  return grant({ csr, right: { kind: 'renewal', predecessor: serial, lineage }, predecessor });
}

async function authoriseByChallenge(
  { csr }: Claim,
  policy: ConnectorPolicy,
  findChallenge: FindChallenge,
): Promise<Authorised> {
  checkExtensions(csr, policy.identity);
  const { arn } = await checkChallenge(csr, findChallenge);
  return grant({ csr, right: { kind: 'challenge', challengeArn: arn }, predecessor: undefined });
}

function grant(leave: Omit<Authorised, typeof authorised>): Authorised {
  const granted = leave as Authorised;
  unredeemed.add(granted);
  return granted;
}

/** @throws Error when the authorisation is not one of `authorise`, or has been redeemed before. */
export function redeem(granted: Authorised): Authorised {
  if (!unredeemed.delete(granted)) throw new Error('an authorisation can be redeemed once');
  return granted;
}
