import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { getAuthorityTags, type Tag } from '../authority/authority-tags.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { arnSchema, maxResultsSchema, nextTokenSchema } from '../model/api-schemas.ts';
import { openPosition, type PagedList, pageOf } from '../model/list-page.ts';
import type { PrivateCa } from '../private-ca.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  MaxResults: maxResultsSchema.optional(),
  NextToken: nextTokenSchema.optional(),
});

export interface ListTagsOutput {
  readonly Tags: readonly Tag[];
  readonly NextToken?: string;
}

const DEFAULT_PAGE = 50;

/**
 * Lists tags in the order of their keys.
 * @throws AwsError InvalidStateException for a DELETED authority, and others
 */
export const listTags = defineAction({
  input,
  errors: WRONG_STATUS_ERRORS,
  access: accessToAuthority('ListTags'),
  execute: async (ca, input): Promise<ListTagsOutput> => {
    const { CertificateAuthorityArn: arn, MaxResults: limit = DEFAULT_PAGE } = input;
    const { value: authority } = await findStoredAuthority(ca, arn, 'administer');
    const list = { operation: 'ListTags', parent: arn };
    const after = openTagPosition(ca, list, input.NextToken) ?? '';
    const tags = Object.entries(await getAuthorityTags(ca, authority.id))
      .map(([key, value]) => ({ key, value }))
      .filter(({ key }) => key > after)
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const { items, ...more } = pageOf(ca, list, tags, limit);
    return { Tags: items.map(({ key, value }) => ({ Key: key, Value: value })), ...more };
  },
});

/** Unlike the other lists, ListTags has no error for a bad token in the model. */
function openTagPosition(ca: PrivateCa, list: PagedList, token: string | undefined) {
  try {
    return openPosition(ca, list, token);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('ValidationException', error.message, {}, { cause: error });
  }
}
