import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { getEntry } from '../../store/collection.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { resourcePolicies } from '../authority/resource-policy.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { AUTHORITY_KEY, authorityPartition } from '../records/authority-record.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToResource } from './action-access.ts';

const input = z.object({ ResourceArn: arnSchema });

/**
 * Returns the policy as it was put.
 * @throws AwsError ResourceNotFoundException when there is no policy, and others
 */
export const getPolicy = defineAction({
  input,
  errors: WRONG_STATUS_ERRORS,
  access: accessToResource('GetPolicy'),
  execute: async (ca, input): Promise<{ readonly Policy: string }> => {
    const { ResourceArn: arn } = input;
    const { value: authority } = await findStoredAuthority(ca, arn, 'administer');
    const partition = authorityPartition(authority.id);
    const entry = await getEntry(ca.store, partition, resourcePolicies, AUTHORITY_KEY);
    if (entry !== undefined) return { Policy: entry.value.policy };
    throw new AwsError('ResourceNotFoundException', `Could not find a policy of ${arn}`);
  },
});
