import { z } from 'zod';
import { listReadable } from '../../store/readable-entries.ts';
import {
  PERMITTED_PRINCIPAL,
  permissionPolicy,
  permissions,
} from '../authority/authority-permissions.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { arnSchema, maxResultsSchema, nextTokenSchema } from '../model/api-schemas.ts';
import { openPosition, pageOf } from '../model/list-page.ts';
import { authorityPartition } from '../records/authority-record.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  MaxResults: maxResultsSchema.optional(),
  NextToken: nextTokenSchema.optional(),
});

/** Permission of the API model. */
interface Permission {
  readonly CertificateAuthorityArn: string;
  readonly CreatedAt: Date;
  readonly Principal: string;
  readonly SourceAccount: string;
  readonly Actions: readonly string[];
  /** JSON. */
  readonly Policy: string;
}

export interface ListPermissionsOutput {
  readonly Permissions: readonly Permission[];
  readonly NextToken?: string;
}

const DEFAULT_PAGE = 100;

/** @throws AwsError InvalidNextTokenException, and others */
export const listPermissions = defineAction({
  input,
  errors: [...WRONG_STATUS_ERRORS, 'InvalidNextTokenException'],
  access: accessToAuthority('ListPermissions'),
  execute: async (ca, input): Promise<ListPermissionsOutput> => {
    const { CertificateAuthorityArn: arn, MaxResults: limit = DEFAULT_PAGE } = input;
    const { value: authority } = await findStoredAuthority(ca, arn, 'administer');
    const list = { operation: 'ListPermissions', parent: arn };
    const after = openPosition(ca, list, input.NextToken);
    const page = { limit: limit + 1, after };
    const partition = authorityPartition(authority.id);
    const entries = await listReadable(ca.store, partition, permissions, page);
    const { items, ...more } = pageOf(ca, list, entries, limit);
    const described = items.map(({ value }) => ({
      CertificateAuthorityArn: arn,
      CreatedAt: new Date(value.createdAt),
      Principal: PERMITTED_PRINCIPAL,
      SourceAccount: value.sourceAccount,
      Actions: value.actions,
      Policy: permissionPolicy(arn, value),
    }));
    return { Permissions: described, ...more };
  },
});
