import { AwsError } from '../../aws-wire/aws-error.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { type Entry, putEntry } from '../../store/collection.ts';
import type { Write } from '../../store/record-store.ts';
import type { CaContext } from '../model/ca-context.ts';
import {
  AUTHORITY_KEY,
  type AuthorityRecord,
  authorities,
  authorityPartition,
} from '../records/authority-record.ts';

/**
 * Replaces the record that was read and commits further writes to its partition with it.
 * @throws AwsError ConcurrentModificationException when the record has changed since
 */
export async function replaceAuthority(
  ca: CaContext,
  { value: { id }, version }: Entry<AuthorityRecord>,
  authority: AuthorityRecord,
  ...others: readonly Write[]
): Promise<void> {
  const expiry = omitUndefined({ expiresAt: authority.deletion?.restorableUntil });
  const { outcome } = await ca.store.commit(authorityPartition(id), [
    putEntry(authorities, AUTHORITY_KEY, authority, { condition: { version }, ...expiry }),
    ...others,
  ]);
  if (outcome === 'committed') return;
  const message = 'The certificate authority was changed by another call; repeat this one';
  throw new AwsError('ConcurrentModificationException', message);
}
