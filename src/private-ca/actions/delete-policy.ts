import { z } from 'zod';
import { deleteEntry } from '../../store/collection.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { resourcePolicies } from '../authority/resource-policy.ts';
import { arnSchema } from '../model/api-schemas.ts';
import type { PrivateCa } from '../private-ca.ts';
import { AUTHORITY_KEY, authorityPartition } from '../records/authority-record.ts';

export const deletePolicyInput = z.object({ ResourceArn: arnSchema });

/** DeletePolicy, whether or not there is one. @throws AwsError InvalidStateException for a DELETED authority, and others */
export async function deletePolicy(
  ca: PrivateCa,
  input: z.infer<typeof deletePolicyInput>,
): Promise<void> {
  const { value: authority } = await findStoredAuthority(ca, input.ResourceArn, 'administer');
  const partition = authorityPartition(authority.id);
  await ca.store.commit(partition, [deleteEntry(resourcePolicies, AUTHORITY_KEY)]);
}
