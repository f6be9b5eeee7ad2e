import { AwsError } from '../../aws-wire/aws-error.ts';
import { type Entry, getEntry } from '../../store/collection.ts';
import type { CaContext } from '../model/ca-context.ts';
import { authorityIdOf } from '../model/private-ca-arns.ts';
import {
  AUTHORITY_KEY,
  type AuthorityRecord,
  authorities,
  authorityPartition,
  isUnfinished,
  type StoredAuthority,
} from '../records/authority-record.ts';
import { type AuthorityCreation, isAbandoned } from './authority-creation.ts';
import { type AuthorityUse, requireStatus } from './authority-status.ts';

/** For finding authorities: one that a dead process was creating is finished in the background. */
export interface LookupContext extends CaContext {
  readonly creation: AuthorityCreation;
}

/**
 * The authority with its version, in any status in which `use` is allowed; in any at all without a
 * use. One whose maker has died is finished in the background.
 * @throws AwsError InvalidArnException, ResourceNotFoundException, and what `requireStatus` throws
 */
export async function findStoredAuthority(
  ca: LookupContext,
  arn: string,
  use?: AuthorityUse,
): Promise<Entry<StoredAuthority>> {
  const partition = authorityPartition(authorityIdOf(ca.scope, arn));
  const entry = await getEntry(ca.store, partition, authorities, AUTHORITY_KEY);
  // The id alone would find another account's.
  if (entry?.value.arn !== arn) {
    const message = `Could not find certificate authority ${arn}`;
    throw new AwsError('ResourceNotFoundException', message);
  }
  const { value } = entry;
  if (isAbandoned(value, ca.clock())) ca.creation.finishLater(value);
  if (use !== undefined) requireStatus(value, use, ca.clock());
  return entry;
}

/**
 * As `findStoredAuthority`, of an authority that has its key.
 * @throws AwsError InvalidStateException when it has none
 */
export async function findAuthority(
  ca: LookupContext,
  arn: string,
  use?: AuthorityUse,
): Promise<Entry<AuthorityRecord>> {
  const entry = await findStoredAuthority(ca, arn, use);
  const { value } = entry;
  if (!isUnfinished(value)) return { ...entry, value };
  const message = 'The certificate authority has not been created yet';
  throw new AwsError('InvalidStateException', message);
}

/**
 * The authority of an id in any account, for what the public may ask; undefined when there is none
 * that has its key.
 */
export async function findAuthorityById(
  { store }: Pick<CaContext, 'store'>,
  id: string,
): Promise<AuthorityRecord | undefined> {
  const entry = await getEntry(store, authorityPartition(id), authorities, AUTHORITY_KEY);
  return entry === undefined || isUnfinished(entry.value) ? undefined : entry.value;
}
