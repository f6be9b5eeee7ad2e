import type { z } from 'zod';
import { type Collection, defineCollection } from '../store/collection.ts';

/** All that a connector's partition holds besides the connector itself: what goes when the connector goes. */
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
] as const;

/** A collection in connectors' partitions. Its name must stand in the list, or it would outlive its connector. */
export function defineConnectorCollection<T>(
  name: (typeof CONNECTOR_COLLECTIONS)[number],
  schema: z.ZodType<T>,
): Collection<T> {
  return defineCollection(name, schema);
}
