import { z } from 'zod';
import { omitUndefined } from '../../omit-undefined.ts';
import { listReadable, unlessUnreadable } from '../../store/readable-entries.ts';
import {
  authorityIndexPartition,
  findIndexed,
  indexedAuthorities,
} from '../authority/authority-index.ts';
import {
  type CertificateAuthorityDescription,
  describeAuthority,
} from '../authority/describe-authority.ts';
import { maxResultsSchema, nextTokenSchema } from '../model/api-schemas.ts';
import { openPosition, pageOf } from '../model/list-page.ts';
import { defineAction } from './action.ts';
import { actionAccess } from './action-access.ts';

const input = z.object({
  MaxResults: maxResultsSchema.optional(),
  NextToken: nextTokenSchema.optional(),
  ResourceOwner: z.enum(['SELF', 'OTHER_ACCOUNTS']).optional(),
});

export interface ListCertificateAuthoritiesOutput {
  readonly CertificateAuthorities: readonly CertificateAuthorityDescription[];
  readonly NextToken?: string;
}

const LONGEST_PAGE = 100;

/**
 * DELETED authorities are listed too. Accounts share nothing: resource policies are stored, but
 * grant nothing yet.
 * @throws AwsError InvalidNextTokenException
 */
export const listCertificateAuthorities = defineAction({
  input,
  errors: ['InvalidNextTokenException'],
  access: () => [actionAccess('ListCertificateAuthorities')],
  execute: async (ca, input): Promise<ListCertificateAuthoritiesOutput> => {
    const list = { operation: 'ListCertificateAuthorities' };
    const after = openPosition(ca, list, input.NextToken);
    if (input.ResourceOwner === 'OTHER_ACCOUNTS') return { CertificateAuthorities: [] };
    const limit = Math.min(input.MaxResults ?? LONGEST_PAGE, LONGEST_PAGE);
    const page = { limit: limit + 1, after };
    const partition = authorityIndexPartition(ca.scope);
    const indexed = await listReadable(ca.store, partition, indexedAuthorities, page);
    const { items, NextToken } = pageOf(ca, list, indexed, limit);
    const found = await Promise.all(
      items.map((entry) => unlessUnreadable(ca.store, findIndexed(ca, entry))),
    );
    const now = ca.clock();
    return {
      CertificateAuthorities: found.flatMap((authority) =>
        authority === undefined ? [] : [describeAuthority(authority, now)],
      ),
      ...omitUndefined({ NextToken }),
    };
  },
});
