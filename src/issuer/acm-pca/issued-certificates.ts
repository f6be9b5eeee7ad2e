import { GetCertificateCommand, RequestInProgressException } from '@aws-sdk/client-acm-pca';
import { MINUTE_MS } from '../../durations.ts';
import type { CertificateWithChain } from '../issuer.ts';
import { decodeChain } from './decode-chain.ts';
import { createExpiringCache } from './expiring-cache.ts';
import type { PrivateCaCalls } from './private-ca-calls.ts';

export interface IssuedCertificates {
  /** GetCertificate: undefined while issuing is in progress. @throws IssuerError */
  get(authorityArn: string, certificateArn: string): Promise<CertificateWithChain | undefined>;
  /** The next `get` asks AWS again. */
  forget(certificateArn: string): void;
}

const MAX_CERTIFICATES = 1_000;

/**
 * AWS takes a second or two to issue. An account may issue 25 certificates a second and call
 * GetCertificate 75 times, so AWS is asked at most twice a second for one that is not ready.
 */
const ASK_AGAIN_MS = 500;

export function createIssuedCertificates(
  { withRetries }: PrivateCaCalls,
  clock: () => number,
): IssuedCertificates {
  const cache = createExpiringCache<CertificateWithChain | undefined>(clock, MAX_CERTIFICATES);
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
        return { value, expiresAt: clock() + (value ? MINUTE_MS : ASK_AGAIN_MS) };
      }),
    forget: cache.forget,
  };
}

function undefinedWhileInProgress(error: unknown): undefined {
  if (!(error instanceof RequestInProgressException)) throw error;
}
