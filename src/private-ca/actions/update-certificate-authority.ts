import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import type { AuthorityUse } from '../authority/authority-status.ts';
import { findAuthority } from '../authority/find-authority.ts';
import { replaceAuthority } from '../authority/replace-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import {
  changeRevocation,
  revocationConfigurationSchema,
} from '../model/revocation-configuration.ts';
import { noteCrlBucket, requireWritableCrlBucket } from '../revocation/crl-bucket.ts';
import { defineAction, NOT_FOUND_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  RevocationConfiguration: revocationConfigurationSchema.optional(),
  Status: z
    .enum(['CREATING', 'PENDING_CERTIFICATE', 'ACTIVE', 'DELETED', 'DISABLED', 'EXPIRED', 'FAILED'])
    .optional(),
});

type Input = z.infer<typeof input>;

/**
 * Disables and enables, and changes how revocations are published. Absent members stay as they are.
 * @throws AwsError InvalidArgsException, InvalidStateException, ConcurrentModificationException,
 *   and others
 */
export const updateCertificateAuthority = defineAction({
  input,
  errors: [
    ...NOT_FOUND_ERRORS,
    'ConcurrentModificationException',
    'InvalidArgsException',
    'InvalidPolicyException',
    'InvalidStateException',
  ],
  access: accessToAuthority('UpdateCertificateAuthority'),
  execute: async (ca, input) => {
    const entry = await findAuthority(ca, input.CertificateAuthorityArn, useOf(input));
    const { value: authority } = entry;
    const status = requireSwitch(input.Status) ?? authority.status;
    const revocation = changeRevocation(authority.revocation, input.RevocationConfiguration);
    if (input.RevocationConfiguration?.CrlConfiguration) {
      await requireWritableCrlBucket(ca.buckets, revocation);
      await noteCrlBucket(ca, authority.id, revocation);
    }
    const lastStateChangeAt = ca.clock();
    await replaceAuthority(ca, entry, { ...authority, status, revocation, lastStateChangeAt });
  },
});

/** Terraform and CloudFormation configure revocation before the first certificate. */
function useOf({ RevocationConfiguration, Status }: Input): AuthorityUse {
  const isRevocationAlone = RevocationConfiguration !== undefined && Status === undefined;
  return isRevocationAlone ? 'configureRevocation' : 'update';
}

function requireSwitch(status: Input['Status']): 'ACTIVE' | 'DISABLED' | undefined {
  if (status === undefined || status === 'ACTIVE' || status === 'DISABLED') return status;
  const message = 'The status of a certificate authority can be set to ACTIVE or DISABLED alone';
  throw new AwsError('InvalidArgsException', message);
}
