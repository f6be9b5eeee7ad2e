import { z } from 'zod';
import { deleteEntry, getEntry, listEntries } from '../../store/collection.ts';
import { maxResultsSchema, nextTokenSchema } from '../api-schemas.ts';
import { authorityIndexPartition, indexedAuthorities } from '../authority-index.ts';
import { AUTHORITY_KEY, authorities, authorityPartition } from '../authority-record.ts';
import { TOKEN_LIFETIME } from '../certificate-record.ts';
import type { CertificateAuthorityDescription } from '../describe-authority.ts';
import { describeAuthority } from '../describe-authority.ts';
import { openPosition, pageOf } from '../list-page.ts';
import type { PrivateCa } from '../private-ca.ts';

export const listCertificateAuthoritiesInput = z.object({
  MaxResults: maxResultsSchema.optional(),
  NextToken: nextTokenSchema.optional(),
  ResourceOwner: z.enum(['SELF', 'OTHER_ACCOUNTS']).optional(),
});

export interface ListCertificateAuthoritiesOutput {
  readonly CertificateAuthorities: readonly CertificateAuthorityDescription[];
  readonly NextToken?: string;
}

const LONGEST_PAGE = 100;

/**
 * ListCertificateAuthorities, DELETED ones included. Nothing is shared between accounts: resource policies are kept, and grant
 * nothing yet.
 * @throws AwsError InvalidNextTokenException
 */
export async function listCertificateAuthorities(
  ca: PrivateCa,
  input: z.infer<typeof listCertificateAuthoritiesInput>,
): Promise<ListCertificateAuthoritiesOutput> {
  const list = { operation: 'ListCertificateAuthorities' };
  const after = openPosition(ca, list, input.NextToken);
  if (input.ResourceOwner === 'OTHER_ACCOUNTS') return { CertificateAuthorities: [] };
  const limit = Math.min(input.MaxResults ?? LONGEST_PAGE, LONGEST_PAGE);
  const page = { limit: limit + 1, ...(after !== undefined && { after }) };
  const partition = authorityIndexPartition(ca.scope);
  const indexed = await listEntries(ca.store, partition, indexedAuthorities, page);
  const { items, NextToken } = pageOf(ca, list, indexed, limit);
  const found = await Promise.all(
    items.map(({ key, value }) => describeIndexed(ca, key, value.createdAt)),
  );
  return {
    CertificateAuthorities: found.flatMap((description) => description ?? []),
    ...(NextToken !== undefined && { NextToken }),
  };
}

/** Undefined for an id without an authority: it was deleted for good, or its maker died, and leaves the index then. */
async function describeIndexed(ca: PrivateCa, id: string, indexedAt: number) {
  const entry = await getEntry(ca.store, authorityPartition(id), authorities, AUTHORITY_KEY);
  const now = ca.clock();
  if (entry !== undefined) return describeAuthority(entry.value, now);
  if (now - indexedAt > TOKEN_LIFETIME) {
    const partition = authorityIndexPartition(ca.scope);
    await ca.store.commit(partition, [deleteEntry(indexedAuthorities, id)]);
  }
  return undefined;
}
