import { AwsError } from '../../aws-wire/aws-error.ts';
import { type Entry, getEntry } from '../../store/collection.ts';
import type { CaContext } from '../model/ca-context.ts';
import { authorityIdOf, notFound } from '../model/private-ca-arns.ts';
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

/** Context of lookups, which finish in the background any authority whose creating process died. */
export interface LookupContext extends CaContext {
  readonly creation: AuthorityCreation;
}

/**
 * The authority with its version, in any status that allows `use`, or in any status without `use`.
 * When the process that was creating it has died, its creation is finished in the background.
 * @throws AwsError InvalidArnException, ResourceNotFoundException, and what `requireStatus` throws
 */
export async function findStoredAuthority(
  ca: LookupContext,
  arn: string,
  use?: AuthorityUse,
): Promise<Entry<StoredAuthority>> {
  const partition = authorityPartition(authorityIdOf(ca.scope, arn));
  const entry = await getEntry(ca.store, partition, authorities, AUTHORITY_KEY);
  // The id alone would find an authority of another account.
  if (entry?.value.arn !== arn) throw notFound('certificate authority', arn);
  const { value } = entry;
  if (isAbandoned(value, ca.clock())) ca.creation.finishLater(value);
  if (use !== undefined) requireStatus(value, use, ca.clock());
  return entry;
}

/**
 * As `findStoredAuthority`, for an authority that has its key.
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
 * The authority with this id in any account, for public requests. Undefined when it does not exist
 * or has no key yet.
 */
export async function findAuthorityById(
  { store }: Pick<CaContext, 'store'>,
  id: string,
): Promise<AuthorityRecord | undefined> {
  const entry = await getEntry(store, authorityPartition(id), authorities, AUTHORITY_KEY);
  return entry === undefined || isUnfinished(entry.value) ? undefined : entry.value;
}
