import { z } from 'zod';
import { storedObject } from '../../store/collection.ts';
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

const permissionRecord = storedObject({
  sourceAccount: accountIdSchema,
  actions: z.array(permissionActionSchema),
  /** Milliseconds since the epoch. */
  createdAt: z.number(),
});

/** A permission of PERMITTED_PRINCIPAL, by the source account. */
export const permissions = defineAuthorityCollection('permissions', permissionRecord);

/**
 * What a permission says as a policy. AWS does not publish the text; Terraform's own tests against
 * AWS require that there is one.
 */
export function permissionPolicy(
  authorityArn: string,
  { sourceAccount, actions }: z.infer<typeof permissionRecord>,
): string {
  const statement = {
    Effect: 'Allow',
    Principal: { Service: PERMITTED_PRINCIPAL },
    Action: actions.map((action) => `acm-pca:${action}`),
    Resource: authorityArn,
    Condition: { StringEquals: { 'aws:SourceAccount': sourceAccount } },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
