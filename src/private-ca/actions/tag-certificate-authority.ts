import { z } from 'zod';
import { changeAuthorityTags, readTags, tagListSchema } from '../authority/authority-tags.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import type { PrivateCa } from '../private-ca.ts';

export const tagCertificateAuthorityInput = z.object({
  CertificateAuthorityArn: arnSchema,
  Tags: tagListSchema,
});

/** TagCertificateAuthority: adds tags, or changes their values. @throws AwsError InvalidTagException, TooManyTagsException, and others */
export async function tagCertificateAuthority(
  ca: PrivateCa,
  input: z.infer<typeof tagCertificateAuthorityInput>,
): Promise<void> {
  const { CertificateAuthorityArn: arn } = input;
  const { value: authority } = await findStoredAuthority(ca, arn, 'administer');
  const added = readTags(input.Tags);
  await changeAuthorityTags(ca, authority.id, (tags) => ({ ...tags, ...added }));
}
