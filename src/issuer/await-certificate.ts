import { setTimeout as sleep } from 'node:timers/promises';
import { type CertificateWithChain, type Issuer, IssuerError } from './issuer.ts';

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;

/**
 * GetCertificate until the certificate is there, with growing pauses, `limit` milliseconds at most.
 * @throws IssuerError, 'unavailable' when the time is up.
 */
export async function awaitCertificate(
  issuer: Issuer,
  authorityArn: string,
  certificateArn: string,
  limit = 15_000,
): Promise<CertificateWithChain> {
  let waited = 0;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const issued = await issuer.getCertificate(authorityArn, certificateArn);
    if (issued !== undefined) return issued;
    if (waited + pause > limit) {
      throw new IssuerError('unavailable', `${certificateArn} was not issued within ${limit} ms`);
    }
    await sleep(pause);
    waited += pause;
  }
}
