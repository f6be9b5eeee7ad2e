import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { putEntry } from '../../store/collection.ts';
import {
  PERMITTED_PRINCIPAL,
  permissionActionSchema,
  permissions,
  principalSchema,
} from '../authority/authority-permissions.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { accountIdSchema, arnSchema } from '../model/api-schemas.ts';
import { authorityPartition } from '../records/authority-record.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  Principal: principalSchema,
  SourceAccount: accountIdSchema.optional(),
  Actions: z.array(permissionActionSchema).min(1).max(3),
});

const MOST_PERMISSIONS = 100;

/** @throws AwsError PermissionAlreadyExistsException, LimitExceededException, and others */
export const createPermission = defineAction({
  input,
  errors: [...WRONG_STATUS_ERRORS, 'LimitExceededException', 'PermissionAlreadyExistsException'],
  access: accessToAuthority('CreatePermission'),
  execute: async (ca, input) => {
    const { CertificateAuthorityArn: arn, SourceAccount = ca.scope.accountId } = input;
    const { value: authority } = await findStoredAuthority(ca, arn, 'administer');
    if (input.Principal !== PERMITTED_PRINCIPAL) {
      const message = `The only valid principal is ${PERMITTED_PRINCIPAL}`;
      throw new AwsError('ValidationException', message);
    }
    const partition = authorityPartition(authority.id);
    const page = { limit: MOST_PERMISSIONS };
    const others = await ca.store.list(partition, permissions.name, page);
    if (others.length === MOST_PERMISSIONS) {
      const message = `A certificate authority can have ${MOST_PERMISSIONS} permissions at most`;
      throw new AwsError('LimitExceededException', message);
    }
    const actions = [...new Set(input.Actions)];
    const permission = { sourceAccount: SourceAccount, actions, createdAt: ca.clock() };
    const { outcome } = await ca.store.commit(partition, [
      putEntry(permissions, SourceAccount, permission, { condition: 'absent' }),
    ]);
    if (outcome === 'committed') return;
    const message = `${PERMITTED_PRINCIPAL} has a permission for account ${SourceAccount} already`;
    throw new AwsError('PermissionAlreadyExistsException', message);
  },
});
