import { z } from 'zod';
import { joinPem } from '../../asn1/pem.ts';
import { findAuthority } from '../authority/find-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
});

/**
 * Returns PEM.
 * @throws AwsError RequestInProgressException while the authority is CREATING, and others
 */
export const getCertificateAuthorityCsr = defineAction({
  input,
  errors: [...WRONG_STATUS_ERRORS, 'RequestInProgressException'],
  access: accessToAuthority('GetCertificateAuthorityCsr'),
  execute: async (ca, input): Promise<{ readonly Csr: string }> => {
    const { value: authority } = await findAuthority(ca, input.CertificateAuthorityArn, 'getCsr');
    return { Csr: joinPem('CERTIFICATE REQUEST', [authority.csr]) };
  },
});
