import { z } from 'zod';
import { joinPem } from '../../asn1/pem.ts';
import { readIssued } from '../issuing/read-issued.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  CertificateArn: arnSchema,
});

export interface GetCertificateOutput {
  /** PEM. */
  readonly Certificate: string;
  /**
   * PEM, from the certificate of the issuer under which it verifies up to the root; absent for a
   * root's own certificate.
   */
  readonly CertificateChain?: string;
}

/**
 * @throws AwsError RequestInProgressException for a certificate that is not signed yet, and others
 */
export const getCertificate = defineAction({
  input,
  errors: [...WRONG_STATUS_ERRORS, 'RequestInProgressException'],
  access: accessToAuthority('GetCertificate'),
  execute: async (ca, input): Promise<GetCertificateOutput> => {
    const { CertificateAuthorityArn, CertificateArn } = input;
    const { certificate, chain } = await readIssued(ca, CertificateAuthorityArn, CertificateArn);
    const Certificate = joinPem('CERTIFICATE', [certificate]);
    if (chain.length === 0) return { Certificate };
    return { Certificate, CertificateChain: joinPem('CERTIFICATE', chain) };
  },
});
