import type { z } from 'zod';
import { type Collection, defineCollection } from '../../store/collection.ts';

/**
 * The collections in an authority's partition whose entries do not expire with its record and key:
 * they are swept after the authority is gone.
 */
export const AUTHORITY_COLLECTIONS = [
  'audit-report-turns',
  'audit-reports',
  'authority-tags',
  'certificates',
  'distribution-points',
  'issue-tokens',
  'lists-in-buckets',
  'permissions',
  'resource-policies',
  'revocation-list',
  'revocation-list-mark',
  'revocations',
] as const;

/**
 * A collection in authorities' partitions. Its name must be in the list above; otherwise its
 * entries would outlive the authority.
 */
export function defineAuthorityCollection<T>(
  name: (typeof AUTHORITY_COLLECTIONS)[number],
  schema: z.ZodType<T>,
): Collection<T> {
  return defineCollection(name, schema);
}
