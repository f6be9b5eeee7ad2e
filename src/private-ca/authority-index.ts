import { z } from 'zod';
import { defineCollection, getEntry, putEntry } from '../store/collection.ts';
import { TOKEN_LIFETIME, tokenKey } from './certificate-record.ts';
import type { PrivateCa } from './private-ca.ts';

/** The partition that knows which authorities there are. */
export const AUTHORITY_INDEX = 'ca-index';

/** Every authority by its id, noted before it is made; one without a record in its own partition was never finished. */
export const indexedAuthorities = defineCollection(
  'authorities',
  z.strictObject({ createdAt: z.number() }),
);

/** Which id a name or an IdempotencyToken of CreateCertificateAuthority stands for. */
const claims = defineCollection('claims', z.strictObject({ authorityId: z.uuid() }));

/** What claims an id: a token for five minutes, or a name of this program's own for good. */
export type Claim =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'name'; readonly name: string };

/** The id that the claim stands for; a new one for a new claim or for none. Callers at once get the same. */
export async function claimAuthorityId(ca: PrivateCa, claim: Claim | undefined): Promise<string> {
  const key =
    claim && (claim.kind === 'token' ? `token-${tokenKey(claim.token)}` : `name-${claim.name}`);
  const known = key && (await getEntry(ca.store, AUTHORITY_INDEX, claims, key));
  if (known) return known.value.authorityId;
  const authorityId = newUuid(ca);
  const createdAt = ca.clock();
  const expiry = claim?.kind === 'token' ? { expiresAt: createdAt + TOKEN_LIFETIME } : {};
  const { outcome } = await ca.store.commit(AUTHORITY_INDEX, [
    putEntry(indexedAuthorities, authorityId, { createdAt }, { condition: 'absent' }),
    ...(key ? [putEntry(claims, key, { authorityId }, { condition: 'absent', ...expiry })] : []),
  ]);
  return outcome === 'committed' ? authorityId : claimAuthorityId(ca, claim);
}

/** A random UUID (RFC 9562 section 5.4). */
function newUuid({ randomBytes }: PrivateCa): string {
  const octets = Buffer.from(randomBytes(16));
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x40;
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  return octets.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
