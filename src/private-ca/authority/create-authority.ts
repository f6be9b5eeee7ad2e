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

/** What is asked of CreateCertificateAuthority, checked. */
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
 * Stores an authority under a given id, CREATING; `finishCreation` makes its key. Does nothing when
 * the id has an authority already, so a caller that chose the id before it died can simply try
 * again.
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
  // A conflict means that the id has an authority, the result that was wanted.
  await ca.store.commit(partition, [
    putEntry(authorities, AUTHORITY_KEY, authority, { condition: 'absent' }),
    putEntry(authorityTags, AUTHORITY_KEY, tags, { condition: 'absent' }),
  ]);
}
