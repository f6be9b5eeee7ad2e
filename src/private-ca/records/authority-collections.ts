import type { z } from 'zod';
import { type Collection, defineCollection } from '../../store/collection.ts';

/** What an authority's partition holds besides its record and its key, which expire by themselves: what goes after them. */
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

/** A collection in authorities' partitions. Its name must stand in the list, or it would outlive its authority. */
export function defineAuthorityCollection<T>(
  name: (typeof AUTHORITY_COLLECTIONS)[number],
  schema: z.ZodType<T>,
): Collection<T> {
  return defineCollection(name, schema);
}
