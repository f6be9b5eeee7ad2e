import { setTimeout as sleep } from 'node:timers/promises';
import { type CertificateWithChain, type Issuer, IssuerError } from './issuer.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Calls GetCertificate with growing pauses until the certificate is ready.
 * @throws IssuerError, 'unavailable' after `limitMs`
 */
export async function awaitCertificate(
  issuer: Issuer,
  authorityArn: string,
  certificateArn: string,
  limitMs = 15_000,
): Promise<CertificateWithChain> {
  let waitedMs = 0;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const issued = await issuer.getCertificate(authorityArn, certificateArn);
    if (issued !== undefined) return issued;
    if (waitedMs + pauseMs > limitMs) {
      throw new IssuerError('unavailable', `${certificateArn} was not issued within ${limitMs} ms`);
    }
    await sleep(pauseMs);
    waitedMs += pauseMs;
  }
}
