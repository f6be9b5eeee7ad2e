import { getEntry, putEntry } from '../../store/collection.ts';
import type { CaContext } from '../model/ca-context.ts';
import { authorityArn } from '../model/private-ca-arns.ts';
import {
  AUTHORITY_KEY,
  authorities,
  authorityPartition,
  type UnfinishedAuthority,
} from '../records/authority-record.ts';
import { authorityTags, type Tags } from './authority-tags.ts';

/** The checked input of CreateCertificateAuthority. */
export type AuthorityConfiguration = Pick<
  UnfinishedAuthority,
  | 'csrExtensions'
  | 'keyAlgorithm'
  | 'keyStorageSecurityStandard'
  | 'revocation'
  | 'signingAlgorithm'
  | 'subject'
  | 'type'
  | 'usageMode'
>;

/**
 * Stores a CREATING authority under the given id; `AuthorityCreation.finish` makes its key. Does
 * nothing when the id already has an authority, so that a call that crashed can be repeated.
 */
export async function createAuthority(
  ca: CaContext,
  id: string,
  configuration: AuthorityConfiguration,
  tags: Tags = {},
): Promise<void> {
  const partition = authorityPartition(id);
  if (await getEntry(ca.store, partition, authorities, AUTHORITY_KEY)) return;
  const now = ca.clock();
  const authority: UnfinishedAuthority = {
    ...configuration,
    arn: authorityArn(ca.scope, id),
    id,
    accountId: ca.scope.accountId,
    status: 'CREATING',
    createdAt: now,
    lastStateChangeAt: now,
  };
  // A conflict means that another call has created the authority.
  await ca.store.commit(partition, [
    putEntry(authorities, AUTHORITY_KEY, authority, { condition: 'absent' }),
    putEntry(authorityTags, AUTHORITY_KEY, tags, { condition: 'absent' }),
  ]);
}
