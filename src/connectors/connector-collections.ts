import type { z } from 'zod';
import { type Collection, defineCollection } from '../store/collection.ts';

/** The collections in a connector's partition that are deleted with the connector. */
export const CONNECTOR_COLLECTIONS = [
  'challenge-digests',
  'challenges',
  'client-tokens',
  'counts',
  'turns',
  'ra-identities',
  'polls',
  'transactions',
  'certificates',
  'certified-keys',
] as const;

/** A collection in connectors' partitions; one outside the list would outlive its connector. */
export function defineConnectorCollection<T>(
  name: (typeof CONNECTOR_COLLECTIONS)[number],
  schema: z.ZodType<T>,
): Collection<T> {
  return defineCollection(name, schema);
}
