import type { RenewalPolicy } from '../../connectors/tags/connector-policy.ts';
import { Refusal } from '../../scep/refusal.ts';
import { type Holder, MAX_SUCCESSORS } from './find-holder.ts';

/**
 * The holder, if its certificate may be renewed; `checkRenewal` checks what the new one may
 * contain.
 * @throws Refusal, IssuerError
 */
export async function requireRenewable(
  holder: Holder | undefined,
  policy: RenewalPolicy,
): Promise<Holder> {
  if (holder === undefined) throw new Refusal('renewal-signer-unknown');
  if (!policy.allowed) throw new Refusal('renewal-not-allowed');
  if (await holder.isRevoked()) throw new Refusal('renewal-of-revoked');
  if (holder.remainingMs <= 0) throw new Refusal('renewal-of-expired');
  const weak = holder.digest === 'sha1' || holder.digest === 'md5';
  if (weak && !policy.allowSha1) throw new Refusal('renewal-digest-not-allowed', holder.digest);
  if (policy.windowMs !== undefined && holder.remainingMs > policy.windowMs) {
    throw new Refusal('renewal-too-early');
  }
  if (holder.successors >= MAX_SUCCESSORS) throw new Refusal('renewal-too-often');
  return holder;
}
