import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { deleteEntry, getEntry } from '../../store/collection.ts';
import {
  PERMITTED_PRINCIPAL,
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
});

/** @throws AwsError ResourceNotFoundException when there is no such permission, and others */
export const deletePermission = defineAction({
  input,
  errors: WRONG_STATUS_ERRORS,
  access: accessToAuthority('DeletePermission'),
  execute: async (ca, input) => {
    const { CertificateAuthorityArn: arn, SourceAccount = ca.scope.accountId, Principal } = input;
    const { value: authority } = await findStoredAuthority(ca, arn, 'administer');
    const partition = authorityPartition(authority.id);
    const entry = await getEntry(ca.store, partition, permissions, SourceAccount);
    if (Principal !== PERMITTED_PRINCIPAL || entry === undefined) {
      const message = `Could not find a permission of ${Principal} for account ${SourceAccount}`;
      throw new AwsError('ResourceNotFoundException', message);
    }
    await ca.store.commit(partition, [deleteEntry(permissions, SourceAccount)]);
  },
});
