import { AwsError } from '../aws-wire/aws-error.ts';
import type { Entry } from '../store/collection.ts';
import { getEntry } from '../store/collection.ts';
import type { AuthorityRecord } from './authority-record.ts';
import { AUTHORITY_KEY, authorities, authorityPartition } from './authority-record.ts';
import type { PrivateCa } from './private-ca.ts';
import { authorityIdOf } from './private-ca-arns.ts';

/** The authority with its version. @throws AwsError InvalidArnException, ResourceNotFoundException */
export async function findAuthority(ca: PrivateCa, arn: string): Promise<Entry<AuthorityRecord>> {
  const partition = authorityPartition(authorityIdOf(ca.scope, arn));
  const entry = await getEntry(ca.store, partition, authorities, AUTHORITY_KEY);
  if (entry !== undefined) return entry;
  const message = `Could not find certificate authority ${arn}`;
  throw new AwsError('ResourceNotFoundException', message);
}
