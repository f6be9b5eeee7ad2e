import { getEntry, putEntry } from '../../store/collection.ts';
import { derSigned } from '../../x509/build-certificate.ts';
import { KeyStoreError, type NewKey, type TokenKeyStore } from '../keys/key-store.ts';
import { createSealedKeyStore } from '../keys/sealed-key-store.ts';
import type { CaContext } from '../model/ca-context.ts';
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
import { derAuthorityRequestInfo } from './der-authority-request-info.ts';

/** A slow machine takes seconds to make an RSA_4096 key; after this long, its process has died. */
const PATIENCE_MS = 20_000;

/** Makes the keys of new authorities. */
export interface AuthorityCreation {
  /**
   * Makes the key and the CSR of an authority that is CREATING, so that it becomes
   * PENDING_CERTIFICATE; ignores any other. Simultaneous calls in this process share one attempt;
   * among several processes, the first to commit wins and the others discard their keys. The
   * authority becomes FAILED when the token does not support the algorithm.
   * @throws KeyStoreError when the token is unavailable: the authority stays CREATING, and the next
   * call tries again
   */
  finish(authorityId: string): Promise<void>;
  /** Does the same in the background and reports the error that `finish` throws. */
  finishLater(authority: Pick<StoredAuthority, 'id' | 'arn'>): void;
  /** The ids of the authorities that this process is making keys for. */
  underWay(): readonly string[];
  /** Resolves when no key is being made any more, even after a failure. */
  settled(): Promise<void>;
}

/** Where the keys are made. */
export interface KeyMaking {
  /** The token that holds authority keys, if one is configured. */
  readonly tokenKeys?: TokenKeyStore;
  /**
   * Whether the token makes the keys of new authorities. Otherwise this program makes them and
   * seals them in the store.
   */
  readonly newKeysInToken?: boolean;
  /**
   * Called when an authority's key could not be made. The next lookup of the authority tries again.
   */
  readonly reportCreation?: (authorityArn: string, error: unknown) => void;
}

export function createAuthorityCreation(ca: CaContext & KeyMaking): AuthorityCreation {
  const underWay = new Map<string, Promise<void>>();
  const finish = (id: string): Promise<void> => {
    const known = underWay.get(id);
    if (known !== undefined) return known;
    const creation = makeKey(ca, id).finally(() => underWay.delete(id));
    underWay.set(id, creation);
    return creation;
  };
  return {
    finish,
    finishLater({ id, arn }) {
      finish(id).catch((error: unknown) => ca.reportCreation?.(arn, error));
    },
    underWay: () => [...underWay.keys()],
    async settled() {
      await Promise.allSettled(underWay.values());
    },
  };
}

/** Whether the process that was making the authority's key has probably died. */
export function isAbandoned({ status, createdAt }: StoredAuthority, now: number): boolean {
  return status === 'CREATING' && now - createdAt > PATIENCE_MS;
}

async function makeKey(ca: CaContext & KeyMaking, id: string): Promise<void> {
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
    // Either another process was first, or the authority has been deleted.
    if (outcome === 'conflict') await key.discard();
  } catch (error) {
    if (!(error instanceof KeyStoreError) || error.fault !== 'unsupported') throw error;
    const failed = failedAuthority(creating, ca.clock());
    await ca.store.commit(partition, [putEntry(authorities, AUTHORITY_KEY, failed, { condition })]);
  }
}

function newKeyStore({ newKeysInToken = false, sealer, tokenKeys }: CaContext & KeyMaking) {
  if (!newKeysInToken) return createSealedKeyStore(sealer);
  if (tokenKeys === undefined)
    throw new Error('new keys belong in a token, but no token is configured');
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
