import { z } from 'zod';
import { changeAuthorityTags, parseTagList, tagListSchema } from '../authority/authority-tags.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { defineAction, NOT_FOUND_ERRORS } from './action.ts';
import { actionAccess } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  Tags: tagListSchema,
});

/**
 * Removes each tag that has the named key and, if a value is given, that value.
 * @throws AwsError InvalidTagException, and others
 */
export const untagCertificateAuthority = defineAction({
  input,
  errors: [...NOT_FOUND_ERRORS, 'InvalidStateException', 'InvalidTagException'],
  access: (_caller, { CertificateAuthorityArn, Tags = [] }) => [
    {
      ...actionAccess('UntagCertificateAuthority', CertificateAuthorityArn),
      tagKeys: Tags.map(({ Key }) => Key),
    },
  ],
  execute: async (ca, input) => {
    const { CertificateAuthorityArn: arn, Tags: unwanted } = input;
    const { value: authority } = await findStoredAuthority(ca, arn, 'administer');
    parseTagList(unwanted);
    const isUnwanted = (key: string, value: string) =>
      unwanted.some(({ Key, Value = value }) => Key === key && Value === value);
    await changeAuthorityTags(ca, authority.id, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key, value]) => !isUnwanted(key, value))),
    );
  },
});
