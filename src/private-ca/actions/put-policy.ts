import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { getEntry, putEntry } from '../../store/collection.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { checkResourcePolicy, resourcePolicies } from '../authority/resource-policy.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { AUTHORITY_KEY, authorityPartition } from '../records/authority-record.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToResource } from './action-access.ts';

const input = z.object({
  ResourceArn: arnSchema,
  Policy: z
    .string()
    .min(1)
    .max(81_920)
    .regex(/^(?:[\t\n\r\u0020-\u00ff]+)$/),
});

/**
 * @throws AwsError InvalidPolicyException, LockoutPreventedException,
 *   ConcurrentModificationException, and others
 */
export const putPolicy = defineAction({
  input,
  errors: [
    ...WRONG_STATUS_ERRORS,
    'ConcurrentModificationException',
    'InvalidPolicyException',
    'LockoutPreventedException',
  ],
  access: accessToResource('PutPolicy'),
  execute: async (ca, input) => {
    const { value: authority } = await findStoredAuthority(ca, input.ResourceArn, 'administer');
    checkResourcePolicy(input.Policy, authority.arn);
    const partition = authorityPartition(authority.id);
    const known = await getEntry(ca.store, partition, resourcePolicies, AUTHORITY_KEY);
    const condition = known === undefined ? 'absent' : { version: known.version };
    const { outcome } = await ca.store.commit(partition, [
      putEntry(resourcePolicies, AUTHORITY_KEY, { policy: input.Policy }, { condition }),
    ]);
    if (outcome === 'committed') return;
    const message = 'The policy was changed by another call; repeat this one';
    throw new AwsError('ConcurrentModificationException', message);
  },
});
