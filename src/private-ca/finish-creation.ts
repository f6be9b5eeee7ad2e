import type { KeyObject } from 'node:crypto';
import { getEntry, putEntry } from '../store/collection.ts';
import { derSigned } from '../x509/build-certificate.ts';
import type { AuthorityRecord, StoredAuthority, UnfinishedAuthority } from './authority-record.ts';
import {
  AUTHORITY_KEY,
  authorities,
  authorityKeySealContext,
  authorityKeys,
  authorityPartition,
} from './authority-record.ts';
import { derAuthorityRequestInfo } from './authority-request-info.ts';
import { KEY_ALGORITHMS } from './key-algorithms.ts';
import type { PrivateCa } from './private-ca.ts';
import { localSigningKey } from './signing-key.ts';

/** By then a process that lives has made the key: a slow machine takes seconds for RSA_4096. Milliseconds. */
const PATIENCE = 20_000;

/** Whether the process that was to make the authority's key has probably died. */
export function isAbandoned({ status, createdAt }: StoredAuthority, now: number): boolean {
  return status === 'CREATING' && now - createdAt > PATIENCE;
}

/**
 * Makes the key and the certificate signing request of an authority that is CREATING, which is PENDING_CERTIFICATE then; does
 * nothing for any other. Of calls at once in this process one does the work; of several processes the first to commit has
 * made the key.
 */
export function finishCreation(ca: PrivateCa, authorityId: string): Promise<void> {
  const underWay = ca.creations.get(authorityId);
  if (underWay !== undefined) return underWay;
  const creation = makeKey(ca, authorityId).finally(() => ca.creations.delete(authorityId));
  ca.creations.set(authorityId, creation);
  return creation;
}

async function makeKey(ca: PrivateCa, id: string): Promise<void> {
  const partition = authorityPartition(id);
  const entry = await getEntry(ca.store, partition, authorities, AUTHORITY_KEY);
  if (entry?.value.status !== 'CREATING') return;
  const { privateKey, publicKey } = await KEY_ALGORITHMS[entry.value.keyAlgorithm].generate();
  const authority = await pendingAuthority(entry.value, privateKey, publicKey, ca.clock());
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const key = { sealedPrivateKey: ca.sealer.seal(pkcs8, authorityKeySealContext(id)) };
  pkcs8.fill(0);
  // A conflict means that another process was first, or that the authority has been deleted.
  await ca.store.commit(partition, [
    putEntry(authorities, AUTHORITY_KEY, authority, { condition: { version: entry.version } }),
    putEntry(authorityKeys, AUTHORITY_KEY, key, { condition: 'absent' }),
  ]);
}

async function pendingAuthority(
  creating: UnfinishedAuthority,
  privateKey: KeyObject,
  publicKey: KeyObject,
  now: number,
): Promise<AuthorityRecord> {
  const { failureReason: _, ...requested } = creating;
  const { signingAlgorithm } = requested;
  const subjectPublicKeyInfo = publicKey.export({ format: 'der', type: 'spki' });
  const info = derAuthorityRequestInfo(requested, subjectPublicKeyInfo);
  const signature = await localSigningKey(privateKey).sign(signingAlgorithm, info);
  return {
    ...requested,
    status: 'PENDING_CERTIFICATE',
    subjectPublicKeyInfo,
    csr: derSigned(info, signingAlgorithm, signature),
    lastStateChangeAt: now,
  };
}
