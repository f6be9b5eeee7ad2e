import {
  type CertificateAuthority,
  DescribeCertificateAuthorityCommand,
  GetCertificateAuthorityCertificateCommand,
  type SigningAlgorithm,
} from '@aws-sdk/client-acm-pca';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { type CertificateWithChain, IssuerError } from '../issuer.ts';
import { decodeChain } from './decode-chain.ts';
import { createExpiringCache } from './expiring-cache.ts';
import type { PrivateCaCalls } from './private-ca-calls.ts';

/** What AWS says of its authorities, remembered as long as it is true or nearly so. Each throws IssuerError. */
export interface AuthorityDescriptions {
  /** At most a minute old. */
  describe(authorityArn: string): Promise<CertificateAuthority>;
  /** The authority's certificate and chain; fetched again when it has another. */
  certificateOf(authorityArn: string): Promise<CertificateWithChain>;
  /** One that fits the authority's key, which never changes. */
  signingAlgorithmOf(authorityArn: string): Promise<SigningAlgorithm>;
  /** Whatever has been said of its status is no longer true. */
  forgetStatus(authorityArn: string): void;
}

const MINUTE = 60_000;
const AUTHORITIES = 1_000;

export function createAuthorityDescriptions(
  { withRetries }: PrivateCaCalls,
  clock: () => number,
): AuthorityDescriptions {
  const descriptions = createExpiringCache<CertificateAuthority>(clock, AUTHORITIES);
  const certificates = createExpiringCache<CertificateWithChain>(clock, AUTHORITIES);
  const algorithms = createExpiringCache<SigningAlgorithm>(clock, AUTHORITIES);

  const describe = (CertificateAuthorityArn: string) =>
    descriptions.get(CertificateAuthorityArn, async () => {
      const command = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn });
      const { CertificateAuthority: value } = await withRetries(
        'DescribeCertificateAuthority',
        CertificateAuthorityArn,
        (client, options) => client.send(command, options),
      );
      if (value?.Status === undefined) throw incomplete(CertificateAuthorityArn, 'description');
      return { value, expiresAt: clock() + MINUTE };
    });
  return {
    describe,
    certificateOf: async (CertificateAuthorityArn) => {
      const { Serial, NotAfter } = await describe(CertificateAuthorityArn);
      // An authority that is given another certificate says so in its description.
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
        const { CertificateAuthorityConfiguration: made } = await describe(authorityArn);
        const value = made?.SigningAlgorithm;
        if (value === undefined) throw incomplete(authorityArn, 'signing algorithm');
        return { value, expiresAt: Number.POSITIVE_INFINITY };
      }),
    forgetStatus: descriptions.forget,
  };
}

function incomplete(authorityArn: string, what: string): IssuerError {
  return new IssuerError('unavailable', `AWS Private CA gave no ${what} of ${authorityArn}`);
}
