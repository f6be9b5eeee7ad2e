import { setTimeout as sleep } from 'node:timers/promises';
import { type Issuer, IssuerError } from '../../../src/issuer/issuer.ts';

/**
 * Asks again for what was not answered in time, as devices do: a machine that stands still for seconds keeps an issuer from hearing of
 * its CA. What was asked for too late stays so.
 * @param pause lets the time pass until a CA that did not answer is asked again
 */
export function patientIssuer(issuer: Issuer, clock: () => number, pause: () => void): Issuer {
  async function ask<T>(call: () => Promise<T>, until = Number.POSITIVE_INFINITY): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!isPassing(error) || clock() >= until) throw error;
        pause();
        await sleep(100);
      }
    }
  }
  return {
    describeAuthority: (arn) => ask(() => issuer.describeAuthority(arn)),
    issueCertificate: (request) => ask(() => issuer.issueCertificate(request), request.askUntil),
    getCertificate: (...args) => ask(() => issuer.getCertificate(...args)),
    isRevoked: (...args) => ask(() => issuer.isRevoked(...args)),
    getRevocationList: (arn) => ask(() => issuer.getRevocationList(arn)),
  };
}

function isPassing(error: unknown): boolean {
  return error instanceof IssuerError && ['unavailable', 'unanswered'].includes(error.fault);
}
