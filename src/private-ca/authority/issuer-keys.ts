import { z } from 'zod';
import { defineCollection, deleteEntry, getEntry, putEntry } from '../../store/collection.ts';
import { digestOfKey } from '../../x509/key-identifier.ts';
import type { CaContext } from '../model/ca-context.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';
import { findAuthorityById } from './find-authority.ts';

/** The digests that OCSP clients name an issuer by. */
const ISSUER_DIGESTS = ['sha1', 'sha256'] as const;

export type IssuerDigest = (typeof ISSUER_DIGESTS)[number];

/** Whose key it is, by a digest of it: an OCSP request says no more of the issuer. */
const issuerKeys = defineCollection('issuer-keys', z.strictObject({ authorityId: z.uuid() }));
const PARTITION = 'issuer-keys';

/**
 * Lets `findByKey` find the authority. To be called before its certificate is installed, and again
 * does no harm.
 */
export async function noteIssuerKey(
  { store }: CaContext,
  { id, subjectPublicKeyInfo }: AuthorityRecord,
): Promise<void> {
  const names = issuerKeyNames(subjectPublicKeyInfo);
  const notes = names.map((name) => putEntry(issuerKeys, name, { authorityId: id }));
  await store.commit(PARTITION, notes);
}

/** What `noteIssuerKey` notes a key under. @param subjectPublicKeyInfo DER */
export function issuerKeyNames(subjectPublicKeyInfo: Uint8Array): string[] {
  return ISSUER_DIGESTS.map((digest) => keyOf(digest, digestOfKey(digest, subjectPublicKeyInfo)));
}

/** Forgets a key, unless it has become another authority's. */
export async function forgetIssuerKey(
  { store }: CaContext,
  name: string,
  authorityId: string,
): Promise<void> {
  const noted = await getEntry(store, PARTITION, issuerKeys, name);
  if (noted?.value.authorityId !== authorityId) return;
  await store.commit(PARTITION, [deleteEntry(issuerKeys, name, { version: noted.version })]);
}

/** The authority whose key has this digest; undefined when there is none. */
export async function findByKey(
  ca: CaContext,
  digest: IssuerDigest,
  keyHash: Uint8Array,
): Promise<AuthorityRecord | undefined> {
  const noted = await getEntry(ca.store, PARTITION, issuerKeys, keyOf(digest, keyHash));
  return noted && findAuthorityById(ca, noted.value.authorityId);
}

function keyOf(digest: IssuerDigest, hash: Uint8Array): string {
  return `${digest}-${Buffer.from(hash).toString('hex')}`;
}
