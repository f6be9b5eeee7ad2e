import { GetCertificateCommand, RequestInProgressException } from '@aws-sdk/client-acm-pca';
import type { CertificateWithChain } from '../issuer.ts';
import { decodeChain } from './decode-chain.ts';
import { createExpiringCache } from './expiring-cache.ts';
import type { PrivateCaCalls } from './private-ca-calls.ts';

export interface IssuedCertificates {
  /** GetCertificate: undefined while issuing is in progress. @throws IssuerError */
  get(authorityArn: string, certificateArn: string): Promise<CertificateWithChain | undefined>;
  /** It may be there now. */
  forget(certificateArn: string): void;
}

const KEPT = 60_000;
const CERTIFICATES = 1_000;

/**
 * AWS takes a second or two to issue, and lets an account ask 75 times a second for 25 certificates: whoever waits for one may ask
 * here as often as he likes, and AWS is asked twice a second at most.
 */
const ASK_AGAIN_AFTER = 500;

export function createIssuedCertificates(
  { withRetries }: PrivateCaCalls,
  clock: () => number,
): IssuedCertificates {
  const cache = createExpiringCache<CertificateWithChain | undefined>(clock, CERTIFICATES);
  return {
    get: (CertificateAuthorityArn, CertificateArn) =>
      cache.get(CertificateArn, async () => {
        const command = new GetCertificateCommand({ CertificateAuthorityArn, CertificateArn });
        const answer = await withRetries(
          'GetCertificate',
          CertificateAuthorityArn,
          (client, options) => client.send(command, options).catch(undefinedWhileInProgress),
        );
        const value = answer && decodeChain(answer, CertificateArn);
        return { value, expiresAt: clock() + (value ? KEPT : ASK_AGAIN_AFTER) };
      }),
    forget: cache.forget,
  };
}

function undefinedWhileInProgress(error: unknown): undefined {
  if (!(error instanceof RequestInProgressException)) throw error;
}
