import { z } from 'zod';
import { joinPem } from '../../asn1/pem.ts';
import { findAuthority } from '../authority/find-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { requireInstalled } from '../records/installed-certificate.ts';
import { defineAction, NOT_FOUND_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
});

export interface GetCertificateAuthorityCertificateOutput {
  /** PEM. */
  readonly Certificate: string;
  /** PEM, without the certificate itself; absent for a root. */
  readonly CertificateChain?: string;
}

/** @throws AwsError InvalidStateException before the first import, and others */
export const getCertificateAuthorityCertificate = defineAction({
  input,
  errors: [...NOT_FOUND_ERRORS, 'InvalidStateException'],
  access: accessToAuthority('GetCertificateAuthorityCertificate'),
  execute: async (ca, input): Promise<GetCertificateAuthorityCertificateOutput> => {
    const arn = input.CertificateAuthorityArn;
    const { value: authority } = await findAuthority(ca, arn, 'getCertificate');
    const { certificate, chain } = requireInstalled(authority);
    const Certificate = joinPem('CERTIFICATE', [certificate]);
    if (chain.length === 0) return { Certificate };
    return { Certificate, CertificateChain: joinPem('CERTIFICATE', chain) };
  },
});
