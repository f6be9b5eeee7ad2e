import { AwsError } from '../../aws-wire/aws-error.ts';
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
 * Puts another record in place of the one that was read, and makes further writes in its partition,
 * all or nothing.
 * @throws AwsError ConcurrentModificationException when it was changed since
 */
export async function replaceAuthority(
  ca: CaContext,
  { value: { id }, version }: Entry<AuthorityRecord>,
  authority: AuthorityRecord,
  ...others: readonly Write[]
): Promise<void> {
  const { deletion } = authority;
  const expiry = deletion === undefined ? {} : { expiresAt: deletion.restorableUntil };
  const { outcome } = await ca.store.commit(authorityPartition(id), [
    putEntry(authorities, AUTHORITY_KEY, authority, { condition: { version }, ...expiry }),
    ...others,
  ]);
  if (outcome === 'committed') return;
  const message = 'The certificate authority was changed meanwhile; repeat the call';
  throw new AwsError('ConcurrentModificationException', message);
}
