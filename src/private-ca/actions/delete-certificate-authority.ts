import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { DAY_MS } from '../../durations.ts';
import { deleteEntry, type Entry } from '../../store/collection.ts';
import { authorityIndexPartition, indexedAuthorities } from '../authority/authority-index.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { keepKeyUntil } from '../authority/keep-key-until.ts';
import { noteDeletion } from '../authority/note-deletion.ts';
import { replaceAuthority } from '../authority/replace-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import type { PrivateCa } from '../private-ca.ts';
import {
  AUTHORITY_KEY,
  type AuthorityRecord,
  authorities,
  authorityPartition,
  isUnfinished,
  type StoredAuthority,
} from '../records/authority-record.ts';
import { defineAction, NOT_FOUND_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  PermanentDeletionTimeInDays: z.int().min(7).max(30).optional(),
});

const DEFAULT_DAYS = 30;

/**
 * The authority is DELETED and can be restored until its days are over; then its record and its key
 * are removed. An authority without a key is removed at once.
 * @throws AwsError InvalidStateException, ConcurrentModificationException, and others
 */
export const deleteCertificateAuthority = defineAction({
  input,
  errors: [...NOT_FOUND_ERRORS, 'ConcurrentModificationException', 'InvalidStateException'],
  access: accessToAuthority('DeleteCertificateAuthority'),
  execute: async (ca, input) => {
    const entry = await findStoredAuthority(ca, input.CertificateAuthorityArn, 'delete');
    const { value } = entry;
    if (isUnfinished(value)) return deleteForGood(ca, entry);
    const days = input.PermanentDeletionTimeInDays ?? DEFAULT_DAYS;
    await deleteRestorably(ca, { ...entry, value }, days);
  },
});

async function deleteRestorably(
  ca: PrivateCa,
  entry: Entry<AuthorityRecord>,
  days: number,
): Promise<void> {
  const { value: authority } = entry;
  if (authority.status === 'DELETED') throw new Error('a DELETED authority was to be deleted');
  const now = ca.clock();
  const restorableUntil = now + days * DAY_MS;
  const deleted: AuthorityRecord = {
    ...authority,
    status: 'DELETED',
    deletion: { statusBefore: authority.status, restorableUntil },
    lastStateChangeAt: now,
  };
  await noteDeletion(ca, authority, restorableUntil);
  const key = await keepKeyUntil(ca, authority.id, restorableUntil);
  await replaceAuthority(ca, entry, deleted, key);
}

async function deleteForGood(
  ca: PrivateCa,
  { value, version }: Entry<StoredAuthority>,
): Promise<void> {
  const { id } = value;
  await noteDeletion(ca, value, ca.clock());
  const { outcome } = await ca.store.commit(authorityPartition(id), [
    deleteEntry(authorities, AUTHORITY_KEY, { version }),
  ]);
  if (outcome === 'conflict') {
    const message = 'The certificate authority was changed by another call; repeat this one';
    throw new AwsError('ConcurrentModificationException', message);
  }
  const index = authorityIndexPartition(ca.scope);
  await ca.store.commit(index, [deleteEntry(indexedAuthorities, id)]);
}
