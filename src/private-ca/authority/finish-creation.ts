import { getEntry, putEntry } from '../../store/collection.ts';
import { derSigned } from '../../x509/build-certificate.ts';
import { KeyStoreError, type NewKey } from '../keys/key-store.ts';
import { createSealedKeyStore } from '../keys/sealed-key-store.ts';
import type { PrivateCa } from '../private-ca.ts';
import {
  AUTHORITY_KEY,
  type AuthorityRecord,
  authorities,
  authorityKeys,
  authorityPartition,
  type StoredAuthority,
  type UnfinishedAuthority,
} from '../records/authority-record.ts';
import type { KeyRecord } from '../records/key-record.ts';
import { derAuthorityRequestInfo } from './authority-request-info.ts';

/** By then a process that lives has made the key: a slow machine takes seconds for RSA_4096. Milliseconds. */
const PATIENCE = 20_000;

/** Whether the process that was to make the authority's key has probably died. */
export function isAbandoned({ status, createdAt }: StoredAuthority, now: number): boolean {
  return status === 'CREATING' && now - createdAt > PATIENCE;
}

/**
 * Makes the key and the certificate signing request of an authority that is CREATING, which is PENDING_CERTIFICATE then; does
 * nothing for any other. Of calls at once in this process one does the work; of several processes the first to commit has
 * made the key. An authority whose key the token cannot make is FAILED.
 * @throws KeyStoreError when the token is not there; the authority stays CREATING, and the next call tries again
 */
export function finishCreation(ca: PrivateCa, authorityId: string): Promise<void> {
  const underWay = ca.creations.get(authorityId);
  if (underWay !== undefined) return underWay;
  const creation = makeKey(ca, authorityId).finally(() => ca.creations.delete(authorityId));
  ca.creations.set(authorityId, creation);
  return creation;
}

/** As `finishCreation`, for a caller who does not wait for it. What it throws is reported. */
export function finishCreationLater(
  ca: PrivateCa,
  { id, arn }: Pick<StoredAuthority, 'id' | 'arn'>,
): void {
  finishCreation(ca, id).catch((error: unknown) => ca.reportCreation?.(arn, error));
}

async function makeKey(ca: PrivateCa, id: string): Promise<void> {
  const partition = authorityPartition(id);
  const entry = await getEntry(ca.store, partition, authorities, AUTHORITY_KEY);
  if (entry?.value.status !== 'CREATING') return;
  const { value: creating, version } = entry;
  const condition = { version };
  try {
    const key = await newKeyStore(ca).generate(id, creating.keyAlgorithm);
    const authority = await pendingAuthority(creating, key, ca.clock());
    const { outcome } = await ca.store.commit(partition, [
      putEntry(authorities, AUTHORITY_KEY, authority, { condition }),
      putEntry(authorityKeys, AUTHORITY_KEY, key.record, { condition: 'absent' }),
    ]);
    // Then another process was first, or the authority has been deleted.
    if (outcome === 'conflict') await key.discard();
  } catch (error) {
    if (!(error instanceof KeyStoreError) || error.fault !== 'unsupported') throw error;
    const failed = failedAuthority(creating, ca.clock());
    await ca.store.commit(partition, [putEntry(authorities, AUTHORITY_KEY, failed, { condition })]);
  }
}

function newKeyStore({ newKeysInToken = false, sealer, tokenKeys }: PrivateCa) {
  if (!newKeysInToken) return createSealedKeyStore(sealer);
  if (tokenKeys === undefined) throw new Error('keys cannot be made in a token without one');
  return tokenKeys;
}

async function pendingAuthority(
  creating: UnfinishedAuthority,
  { subjectPublicKeyInfo, signingKey, discard }: NewKey<KeyRecord>,
  now: number,
): Promise<AuthorityRecord> {
  const { failureReason: _, ...requested } = creating;
  const { signingAlgorithm } = requested;
  const info = derAuthorityRequestInfo(requested, subjectPublicKeyInfo);
  const signature = await signingKey.sign(signingAlgorithm, info).catch(async (error: unknown) => {
    await discard();
    throw error;
  });
  return {
    ...requested,
    status: 'PENDING_CERTIFICATE',
    subjectPublicKeyInfo,
    csr: derSigned(info, signingAlgorithm, signature),
    lastStateChangeAt: now,
  };
}

function failedAuthority(creating: UnfinishedAuthority, now: number): UnfinishedAuthority {
  const failureReason = 'UNSUPPORTED_ALGORITHM';
  return { ...creating, status: 'FAILED', failureReason, lastStateChangeAt: now };
}
