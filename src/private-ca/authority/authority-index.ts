import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import {
  defineCollection,
  deleteEntry,
  type Entry,
  getEntry,
  putEntry,
  storedObject,
} from '../../store/collection.ts';
import { listReadable, unlessUnreadable } from '../../store/readable-entries.ts';
import type { WriteCondition } from '../../store/record-store.ts';
import type { CaContext } from '../model/ca-context.ts';
import type { PrivateCaScope } from '../model/private-ca-arns.ts';
import {
  AUTHORITY_KEY,
  authorities,
  authorityPartition,
  type StoredAuthority,
} from '../records/authority-record.ts';
import { TOKEN_LIFETIME_MS, tokenKey } from '../records/certificate-record.ts';

/** The quota when none is configured. AWS allows 200. */
const DEFAULT_QUOTA = 1_000;

/**
 * Every authority by its id, recorded before the authority is made. An entry without a record in
 * its own partition belongs to an authority that was never finished.
 */
export const indexedAuthorities = defineCollection(
  'authorities',
  storedObject({ createdAt: z.number() }),
);

/** The id that a name, or an IdempotencyToken of CreateCertificateAuthority, refers to. */
const claims = defineCollection('claims', storedObject({ authorityId: z.uuid() }));

/**
 * One record under AUTHORITY_KEY that every new entry replaces, so that two simultaneous calls
 * cannot both take the last place under the quota.
 */
const counts = defineCollection('counts', storedObject({ countedAt: z.number() }));

/**
 * A claim to an id: an IdempotencyToken holds for five minutes, a name of this program for good.
 */
export type AuthorityClaim =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'name'; readonly name: string };

/** The partition that lists the authorities of an account in a region. */
export function authorityIndexPartition({ region, accountId }: PrivateCaScope): string {
  return `ca-index-${accountId}-${region}`;
}

/**
 * The id that the claim refers to, or a new id for a new claim or none. Simultaneous calls with one
 * claim get the same id.
 * @throws AwsError LimitExceededException
 */
export async function claimAuthorityId(
  ca: CaContext,
  claim: AuthorityClaim | undefined,
): Promise<string> {
  const partition = authorityIndexPartition(ca.scope);
  const known = claim && (await getEntry(ca.store, partition, claims, claimKey(claim)));
  if (known && (await isIndexed(ca, known.value.authorityId))) return known.value.authorityId;
  const counted = await getEntry(ca.store, partition, counts, AUTHORITY_KEY);
  await requireRoom(ca);
  const authorityId = newUuid(ca);
  const createdAt = ca.clock();
  const { outcome } = await ca.store.commit(partition, [
    putEntry(counts, AUTHORITY_KEY, { countedAt: createdAt }, { condition: unchanged(counted) }),
    putEntry(indexedAuthorities, authorityId, { createdAt }, { condition: 'absent' }),
    ...(claim ? [putClaim(claim, authorityId, createdAt, unchanged(known))] : []),
  ]);
  return outcome === 'committed' ? authorityId : claimAuthorityId(ca, claim);
}

function claimKey(claim: AuthorityClaim): string {
  return claim.kind === 'token' ? `token-${tokenKey(claim.token)}` : `name-${claim.name}`;
}

function putClaim(
  claim: AuthorityClaim,
  authorityId: string,
  now: number,
  condition: WriteCondition,
) {
  const expiry = claim.kind === 'token' ? { expiresAt: now + TOKEN_LIFETIME_MS } : {};
  return putEntry(claims, claimKey(claim), { authorityId }, { condition, ...expiry });
}

/** False for an authority that is gone for good: a new one must not be made among its remains. */
async function isIndexed(ca: CaContext, authorityId: string): Promise<boolean> {
  const partition = authorityIndexPartition(ca.scope);
  const find = () => getEntry(ca.store, partition, indexedAuthorities, authorityId);
  const indexed = await find();
  if (indexed === undefined) return false;
  await findIndexed(ca, indexed);
  return (await find()) !== undefined;
}

/**
 * Throws when the quota is used up. As at AWS, an authority that can still be restored counts; so
 * does one that another call is making.
 */
async function requireRoom(ca: CaContext): Promise<void> {
  const { store, scope, authorityQuota = DEFAULT_QUOTA } = ca;
  const page = { limit: authorityQuota };
  const partition = authorityIndexPartition(scope);
  const isFull = async () => {
    const all = await store.list(partition, indexedAuthorities.name, page);
    return all.length === authorityQuota;
  };
  if (!(await isFull())) return;
  const all = await listReadable(store, partition, indexedAuthorities, page);
  await Promise.all(all.map((indexed) => unlessUnreadable(store, findIndexed(ca, indexed))));
  if (!(await isFull())) return;
  const message = `You have reached your limit of ${authorityQuota} certificate authorities in this region`;
  throw new AwsError('LimitExceededException', message);
}

/**
 * The authority of an index entry. Undefined when it was deleted for good or its maker died; the
 * entry is then removed, once no token can refer to it any more.
 */
export async function findIndexed(
  ca: CaContext,
  { key: id, value: { createdAt } }: Entry<z.infer<typeof indexedAuthorities.schema>>,
): Promise<StoredAuthority | undefined> {
  const entry = await getEntry(ca.store, authorityPartition(id), authorities, AUTHORITY_KEY);
  if (entry === undefined && ca.clock() - createdAt > TOKEN_LIFETIME_MS) {
    const index = authorityIndexPartition(ca.scope);
    await ca.store.commit(index, [deleteEntry(indexedAuthorities, id)]);
  }
  return entry?.value;
}

/**
 * Puts the authority back into the index: `findIndexed` may have removed it when a wrong clock made
 * it look gone.
 */
export async function indexAuthority(
  ca: CaContext,
  { id, createdAt }: Pick<StoredAuthority, 'id' | 'createdAt'>,
): Promise<void> {
  const entry = putEntry(indexedAuthorities, id, { createdAt });
  await ca.store.commit(authorityIndexPartition(ca.scope), [entry]);
}

function unchanged(entry: Entry<unknown> | undefined): WriteCondition {
  return entry === undefined ? 'absent' : { version: entry.version };
}

/** A random UUID (RFC 9562 section 5.4). */
export function newUuid({ randomBytes }: CaContext): string {
  const octets = Buffer.from(randomBytes(16));
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x40;
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  return octets.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
