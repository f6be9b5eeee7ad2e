import type { ConnectorPolicy } from '../../connectors/tags/connector-policy.ts';
import { IssuerError } from '../../issuer/issuer.ts';
import { minimumRsaBits } from '../../scep/algorithm-policy.ts';
import { Refusal } from '../../scep/refusal.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import { weaknessOf } from '../../x509/public-key.ts';
import { checkChallenge, type FindChallengeByPassword } from './check-challenge.ts';
import { checkRenewal } from './check-renewal.ts';
import { checkSubject } from './check-subject.ts';
import {
  type DecidedExtensions,
  decideExtensions,
  decideRenewedExtensions,
} from './decide-extensions.ts';
import type { Holder } from './find-holder.ts';
import { requireRenewable } from './require-renewable.ts';
import type { Right } from './right.ts';

declare const authorised: unique symbol;

/**
 * Permission to issue one certificate. Only `authorise` grants it and `redeem` accepts it once,
 * so no path to the CA can avoid a check or use one permission twice.
 */
export interface Authorised extends DecidedExtensions {
  readonly [authorised]: true;
  readonly csr: CertificationRequest;
  readonly right: Right;
  /** The certificate that is renewed. */
  readonly predecessor: Holder | undefined;
}

/** A request that claims a certificate, and what is known of its signer. */
export interface Claim {
  readonly type: 'PKCSReq' | 'RenewalReq';
  readonly csr: CertificationRequest;
  /** The key that signed the message is the key to be certified. */
  readonly signerIsRequester: boolean;
  /** The signer may sign for the key to be certified, if there is a challenge. */
  readonly challengeCounts: boolean;
  /** The signer, when this connector issued its certificate. */
  readonly holder: Holder | undefined;
}

/** The certificate's own names were allowed before; others are refused. */
const ANY_IDENTITY = { allowUserPrincipalNames: true, allowSecurityIdentifiers: true };
const unredeemed = new WeakSet<Authorised>();

/**
 * Decides whether the sender of a request may have the certificate, and by what right.
 *
 * Where a certificate is refused, a challenge may do.
 *
 * | messageType | signed by | right |
 * | --- | --- | --- |
 * | RenewalReq | a valid certificate of this connector | that certificate |
 * | PKCSReq | a valid certificate of this connector | that certificate, or a challenge |
 * | PKCSReq | the key in the request, or a signer that `scep:signer` accepts | a challenge |
 * | any | anything else | none |
 * @throws Refusal, IssuerError
 */
export async function authorise(
  claim: Claim,
  policy: ConnectorPolicy,
  findChallenge: FindChallengeByPassword,
): Promise<Authorised> {
  const { csr } = claim;
  const weakness = weaknessOf(csr.subjectPublicKeyInfo, minimumRsaBits(policy.algorithms));
  if (weakness !== undefined) throw new Refusal('key-not-allowed', weakness);
  if (csr.extensionFault !== undefined) {
    throw new Refusal('extension-request-invalid', csr.extensionFault);
  }
  checkSubject(csr);
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
  findChallenge: FindChallengeByPassword,
): Promise<Authorised> {
  if (!claim.challengeCounts) return authoriseByCertificate(claim, policy);
  if (claim.holder === undefined) return authoriseByChallenge(claim, policy, findChallenge);
  try {
    return await authoriseByCertificate(claim, policy);
  } catch (reason) {
    // While the CA cannot tell whether the certificate is revoked, only a good challenge decides.
    const isUnknown = reason instanceof IssuerError;
    if (!isUnknown && !(reason instanceof Refusal)) throw reason;
    return authoriseByChallenge(claim, policy, findChallenge).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      throw isUnknown || error.reason === 'challenge-missing' ? reason : error;
    });
  }
}

/** Ignores a challenge, which may have been deleted since (RFC 8894 section 2.5). */
async function authoriseByCertificate(
  { csr, signerIsRequester, holder }: Claim,
  policy: ConnectorPolicy,
): Promise<Authorised> {
  const predecessor = await requireRenewable(holder, policy.renewal);
  checkRenewal(csr, signerIsRequester, predecessor, policy.renewal);
  const { serial, lineage, certificate } = predecessor;
  const policies = { identity: ANY_IDENTITY, extensions: policy.extensions };
  const decided = decideRenewedExtensions(csr, policies, certificate);
  const right = { kind: 'renewal', predecessor: serial, lineage } as const;
  return grant({ csr, right, predecessor, ...decided });
}

async function authoriseByChallenge(
  { csr }: Claim,
  policy: ConnectorPolicy,
  findChallenge: FindChallengeByPassword,
): Promise<Authorised> {
  const decided = decideExtensions(csr, policy);
  const { arn } = await checkChallenge(csr, findChallenge);
  const right = { kind: 'challenge', challengeArn: arn } as const;
  return grant({ csr, right, predecessor: undefined, ...decided });
}

function grant(permission: Omit<Authorised, typeof authorised>): Authorised {
  const granted = permission as Authorised;
  unredeemed.add(granted);
  return granted;
}

/** @throws Error for a permission that `authorise` did not grant, or that was redeemed before */
export function redeem(granted: Authorised): Authorised {
  if (!unredeemed.delete(granted)) throw new Error('an authorisation can be redeemed once');
  return granted;
}
