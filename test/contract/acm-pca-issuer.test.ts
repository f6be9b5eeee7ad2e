import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe } from 'vitest';
import { createAcmPcaIssuer } from '../../src/issuer/acm-pca/acm-pca-issuer.ts';
import { type Issuer, IssuerError } from '../../src/issuer/issuer.ts';
import { startAcmPcaServer } from '../support/servers/start-acm-pca-server.ts';
import { issuerContract } from './issuer-contract.ts';
import { privateCaUnderTest } from './private-ca-under-test.ts';

const HALF_A_MINUTE = 30_000;
const QUARTER_OF_AN_HOUR = 15 * 60_000;

describe('the acm-pca issuer over HTTP', () => {
  const starting = startAcmPcaServer();
  afterAll(async () => (await starting).stop());

  issuerContract(async () => {
    const { ca, store, endpoint, credentials, configureRevocation } = await starting;
    let passed = 0;
    const clock = () => Date.now() + passed;
    const issuer = createAcmPcaIssuer({
      ...{ endpoint, credentials, store, clock },
      certificatesPerSecond: 1_000,
      report: () => undefined,
    });
    const pause = () => {
      passed += HALF_A_MINUTE;
    };
    const patient = patientIssuer(issuer, clock, pause);
    const subject = await privateCaUnderTest(ca, patient, 'EC_prime256v1', 'SHA256WITHECDSA');
    await configureRevocation(subject.authorityArn);
    return {
      ...subject,
      async revoke(serialNumber) {
        await subject.revoke(serialNumber);
        passed += QUARTER_OF_AN_HOUR;
      },
    };
  });
});

/**
 * Retries what was not answered in time, as devices do: a machine that stands still for seconds
 * keeps an issuer from hearing of its CA. A request whose deadline has passed is not retried.
 * @param pause lets time pass before a CA that did not answer is asked again
 */
function patientIssuer(issuer: Issuer, clock: () => number, pause: () => void): Issuer {
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
    revocationReasonOf: (...args) => ask(() => issuer.revocationReasonOf(...args)),
    getRevocationList: (arn) => ask(() => issuer.getRevocationList(arn)),
  };
}

function isPassing(error: unknown): boolean {
  return error instanceof IssuerError && ['unavailable', 'unanswered'].includes(error.fault);
}
