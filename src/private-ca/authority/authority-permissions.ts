import { z } from 'zod';
import { accountIdSchema } from '../model/api-schemas.ts';
import { defineAuthorityCollection } from '../records/authority-collections.ts';

/**
 * The one service that AWS grants permissions to. It does not exist here: permissions are stored
 * and listed, but have no effect.
 */
export const PERMITTED_PRINCIPAL = 'acm.amazonaws.com';

export const permissionActionSchema = z.enum([
  'IssueCertificate',
  'GetCertificate',
  'ListPermissions',
]);

export const principalSchema = z
  .string()
  .max(128)
  .regex(/^(?:[^*]+)$/);

/** A permission of PERMITTED_PRINCIPAL, by the source account. */
export const permissions = defineAuthorityCollection(
  'permissions',
  z.strictObject({
    sourceAccount: accountIdSchema,
    actions: z.array(permissionActionSchema),
    /** Milliseconds since the epoch. */
    createdAt: z.number(),
  }),
);
