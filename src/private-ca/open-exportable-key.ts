import type { KeyObject } from 'node:crypto';
import { AwsError } from '../aws-wire/aws-error.ts';
import { getEntry } from '../store/collection.ts';
import { findAuthority, type LookupContext } from './authority/find-authority.ts';
import { openSealedKey } from './keys/sealed-key-store.ts';
import { AUTHORITY_KEY, authorityKeys, authorityPartition } from './records/authority-record.ts';
import { isTokenKey } from './records/key-record.ts';

/**
 * The private key of an authority, for moving it elsewhere. AWS has no such action.
 * @throws AwsError InvalidStateException for a key in a token, which cannot be exported, and what
 * `findAuthority` throws
 * @throws SealError for a key under another master key
 */
export async function openExportableKey(ca: LookupContext, arn: string): Promise<KeyObject> {
  const { value: authority } = await findAuthority(ca, arn);
  const partition = authorityPartition(authority.id);
  const key = await getEntry(ca.store, partition, authorityKeys, AUTHORITY_KEY);
  if (key === undefined) throw unexportable('has no key any more');
  if (!isTokenKey(key.value)) return openSealedKey(ca.sealer, authority.id, key.value);
  throw unexportable(`has its key in the token "${key.value.tokenLabel}", which cannot export it`);
}

function unexportable(reason: string): AwsError {
  return new AwsError('InvalidStateException', `The certificate authority ${reason}`);
}
