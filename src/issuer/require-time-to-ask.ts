import type { IssueRequest } from './issuer.ts';
import { IssuerError } from './issuer.ts';

/**
 * To be called when nothing is left to be done but to ask.
 * @param now milliseconds since the epoch
 * @throws IssuerError 'unavailable' when it is too late
 */
export function requireTimeToAsk({ askUntil, authorityArn }: IssueRequest, now: number): void {
  if (askUntil === undefined || now <= askUntil) return;
  const message = `${authorityArn} was not asked for a certificate: it may have forgotten the idempotency token by now`;
  throw new IssuerError('unavailable', message);
}
