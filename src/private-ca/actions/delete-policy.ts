import { z } from 'zod';
import { deleteEntry } from '../../store/collection.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { resourcePolicies } from '../authority/resource-policy.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { AUTHORITY_KEY, authorityPartition } from '../records/authority-record.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToResource } from './action-access.ts';

const input = z.object({ ResourceArn: arnSchema });

/**
 * Succeeds also when there is no policy.
 * @throws AwsError InvalidStateException for a DELETED authority, and others
 */
export const deletePolicy = defineAction({
  input,
  errors: [...WRONG_STATUS_ERRORS, 'ConcurrentModificationException', 'LockoutPreventedException'],
  access: accessToResource('DeletePolicy'),
  execute: async (ca, input) => {
    const { value: authority } = await findStoredAuthority(ca, input.ResourceArn, 'administer');
    const partition = authorityPartition(authority.id);
    await ca.store.commit(partition, [deleteEntry(resourcePolicies, AUTHORITY_KEY)]);
  },
});
