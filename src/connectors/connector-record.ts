import { z } from 'zod';
import { defineCollection, storedObject } from '../store/collection.ts';

/** Stored in the partition `connector-{id}`. Times are milliseconds since the epoch. */
const connectorSchema = storedObject({
  arn: z.string(),
  id: z.uuid(),
  accountId: z.string(),
  region: z.string(),
  certificateAuthorityArn: z.string(),
  type: z.enum(['GENERAL_PURPOSE', 'INTUNE']),
  /** Only of a connector of type INTUNE. */
  mobileDeviceManagement: storedObject({
    intune: storedObject({ azureApplicationId: z.string(), domain: z.string() }),
  }).optional(),
  status: z.enum(['CREATING', 'ACTIVE', 'DELETING', 'FAILED']),
  /** Why it is FAILED. */
  statusReason: z
    .enum([
      'INTERNAL_FAILURE',
      'PRIVATECA_ACCESS_DENIED',
      'PRIVATECA_INVALID_STATE',
      'PRIVATECA_RESOURCE_NOT_FOUND',
    ])
    .optional(),
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

/** The partition of everything that belongs to one connector. */
export function connectorPartition(connectorId: string): string {
  return `connector-${connectorId}`;
}
