import {
  type CertificateAuthority,
  DescribeCertificateAuthorityCommand,
  GetCertificateAuthorityCertificateCommand,
  type SigningAlgorithm,
} from '@aws-sdk/client-acm-pca';
import { MINUTE_MS } from '../../durations.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { type CertificateWithChain, IssuerError } from '../issuer.ts';
import { decodeChain } from './decode-chain.ts';
import { createExpiringCache } from './expiring-cache.ts';
import type { PrivateCaCalls } from './private-ca-calls.ts';

/** AWS's descriptions of authorities, cached. Each call throws IssuerError. */
export interface AuthorityDescriptions {
  /** At most a minute old. */
  describe(authorityArn: string): Promise<CertificateAuthority>;
  /** The authority's certificate and chain; fetched again when its certificate has changed. */
  certificateOf(authorityArn: string): Promise<CertificateWithChain>;
  /** A signature algorithm that fits the authority's key, which never changes. */
  signingAlgorithmOf(authorityArn: string): Promise<SigningAlgorithm>;
  /** The next `describe` asks AWS again. */
  forgetStatus(authorityArn: string): void;
}

const MAX_AUTHORITIES = 1_000;

export function createAuthorityDescriptions(
  { withRetries }: PrivateCaCalls,
  clock: () => number,
): AuthorityDescriptions {
  const descriptions = createExpiringCache<CertificateAuthority>(clock, MAX_AUTHORITIES);
  const certificates = createExpiringCache<CertificateWithChain>(clock, MAX_AUTHORITIES);
  const algorithms = createExpiringCache<SigningAlgorithm>(clock, MAX_AUTHORITIES);

  const describe = (CertificateAuthorityArn: string) =>
    descriptions.get(CertificateAuthorityArn, async () => {
      const command = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn });
      const { CertificateAuthority: value } = await withRetries(
        'DescribeCertificateAuthority',
        CertificateAuthorityArn,
        (client, options) => client.send(command, options),
      );
      if (value?.Status === undefined) throw incomplete(CertificateAuthorityArn, 'description');
      return { value, expiresAt: clock() + MINUTE_MS };
    });
  return {
    describe,
    certificateOf: async (CertificateAuthorityArn) => {
      const { Serial, NotAfter } = await describe(CertificateAuthorityArn);
      // The description changes when another certificate is installed.
      const key = `${CertificateAuthorityArn} ${Serial} ${NotAfter?.getTime()}`;
      return certificates.get(key, async () => {
        const input = { CertificateAuthorityArn };
        const installed = await withRetries(
          'GetCertificateAuthorityCertificate',
          CertificateAuthorityArn,
          (client, options) =>
            client.send(new GetCertificateAuthorityCertificateCommand(input), options),
        );
        const value = decodeChain(installed, CertificateAuthorityArn);
        return { value, expiresAt: parseCertificate(value.certificate).notAfter.getTime() };
      });
    },
    signingAlgorithmOf: (authorityArn) =>
      algorithms.get(authorityArn, async () => {
        const { CertificateAuthorityConfiguration } = await describe(authorityArn);
        const value = CertificateAuthorityConfiguration?.SigningAlgorithm;
        if (value === undefined) throw incomplete(authorityArn, 'signing algorithm');
        return { value, expiresAt: Number.POSITIVE_INFINITY };
      }),
    forgetStatus: descriptions.forget,
  };
}

function incomplete(authorityArn: string, what: string): IssuerError {
  return new IssuerError('unavailable', `AWS Private CA returned no ${what} of ${authorityArn}`);
}
