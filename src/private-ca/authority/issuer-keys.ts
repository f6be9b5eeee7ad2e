import { z } from 'zod';
import {
  defineCollection,
  deleteEntry,
  getEntry,
  putEntry,
  storedObject,
} from '../../store/collection.ts';
import { digestOfKey } from '../../x509/key-identifier.ts';
import type { CaContext } from '../model/ca-context.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';
import { findAuthorityById } from './find-authority.ts';

/** The digest algorithms by which OCSP clients identify an issuer. */
const ISSUER_DIGESTS = ['sha1', 'sha256'] as const;

export type IssuerDigest = (typeof ISSUER_DIGESTS)[number];

/**
 * Which authority has a key, by a digest of the key: an OCSP request names the issuer by hashes of
 * its name and key alone.
 */
const issuerKeys = defineCollection('issuer-keys', storedObject({ authorityId: z.uuid() }));
const PARTITION = 'issuer-keys';

/**
 * Lets `findByKey` find the authority. Call it before the certificate is installed; calls may be
 * repeated.
 */
export async function noteIssuerKey(
  { store }: CaContext,
  { id, subjectPublicKeyInfo }: AuthorityRecord,
): Promise<void> {
  const names = issuerKeyNames(subjectPublicKeyInfo);
  const notes = names.map((name) => putEntry(issuerKeys, name, { authorityId: id }));
  await store.commit(PARTITION, notes);
}

/**
 * The names under which `noteIssuerKey` records a key.
 * @param subjectPublicKeyInfo DER
 */
export function issuerKeyNames(subjectPublicKeyInfo: Uint8Array): string[] {
  return ISSUER_DIGESTS.map((digest) => keyOf(digest, digestOfKey(digest, subjectPublicKeyInfo)));
}

/** Forgets a key, unless another authority has it now. */
export async function forgetIssuerKey(
  { store }: CaContext,
  name: string,
  authorityId: string,
): Promise<void> {
  const noted = await getEntry(store, PARTITION, issuerKeys, name);
  if (noted?.value.authorityId !== authorityId) return;
  await store.commit(PARTITION, [deleteEntry(issuerKeys, name, { version: noted.version })]);
}

/** The authority whose key has this digest, if any. */
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
