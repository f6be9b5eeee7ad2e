import { z } from 'zod';
import { defineCollection } from '../store/collection.ts';

/** A connector as stored, in the partition `connector-{id}`. Times are milliseconds since the epoch. */
const connectorSchema = z.strictObject({
  arn: z.string(),
  id: z.uuid(),
  accountId: z.string(),
  region: z.string(),
  certificateAuthorityArn: z.string(),
  type: z.literal('GENERAL_PURPOSE'),
  status: z.enum(['CREATING', 'ACTIVE', 'DELETING', 'FAILED']),
  /** The last segment of its URL, a UUID that only its devices should know. */
  urlSecret: z.string(),
  tags: z.record(z.string(), z.string()),
  createdAt: z.number(),
  updatedAt: z.number(),
});

export type ConnectorRecord = Readonly<z.infer<typeof connectorSchema>>;

export const connectors = defineCollection<ConnectorRecord>('connectors', connectorSchema);

/** The one key in the collection: a partition holds one connector. */
export const CONNECTOR_KEY = 'connector';

export function connectorPartition(connectorId: string): string {
  return `connector-${connectorId}`;
}
