import { z } from 'zod';
import { changeAuthorityTags, parseTagList, tagListSchema } from '../authority/authority-tags.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { defineAction, NOT_FOUND_ERRORS } from './action.ts';
import { actionAccess, requestTagsOf } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  Tags: tagListSchema,
});

/**
 * Adds tags, or changes their values.
 * @throws AwsError InvalidTagException, TooManyTagsException, and others
 */
export const tagCertificateAuthority = defineAction({
  input,
  errors: [
    ...NOT_FOUND_ERRORS,
    'InvalidStateException',
    'InvalidTagException',
    'TooManyTagsException',
  ],
  access: (_caller, { CertificateAuthorityArn, Tags = [] }) => [
    {
      ...actionAccess('TagCertificateAuthority', CertificateAuthorityArn),
      requestTags: requestTagsOf(Tags),
    },
  ],
  execute: async (ca, input) => {
    const { CertificateAuthorityArn: arn } = input;
    const { value: authority } = await findStoredAuthority(ca, arn, 'administer');
    const added = parseTagList(input.Tags);
    await changeAuthorityTags(ca, authority.id, (tags) => ({ ...tags, ...added }));
  },
});
