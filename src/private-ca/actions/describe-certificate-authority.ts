import { z } from 'zod';
import {
  type CertificateAuthorityDescription,
  describeAuthority,
} from '../authority/describe-authority.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { defineAction, NOT_FOUND_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
});

/**
 * Works in any status of the authority.
 * @throws AwsError InvalidArnException, ResourceNotFoundException
 */
export const describeCertificateAuthority = defineAction({
  input,
  errors: NOT_FOUND_ERRORS,
  access: accessToAuthority('DescribeCertificateAuthority'),
  execute: async (
    ca,
    input,
  ): Promise<{ readonly CertificateAuthority: CertificateAuthorityDescription }> => {
    const { value } = await findStoredAuthority(ca, input.CertificateAuthorityArn);
    return { CertificateAuthority: describeAuthority(value, ca.clock()) };
  },
});
