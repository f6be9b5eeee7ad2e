import { z } from 'zod';
import { changeAuthorityTags, readTags, tagListSchema } from '../authority/authority-tags.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import type { PrivateCa } from '../private-ca.ts';

export const untagCertificateAuthorityInput = z.object({
  CertificateAuthorityArn: arnSchema,
  Tags: tagListSchema,
});

/**
 * UntagCertificateAuthority: a tag given with a value is removed if it has that value, one given without in any case.
 * @throws AwsError InvalidTagException, and others
 */
export async function untagCertificateAuthority(
  ca: PrivateCa,
  input: z.infer<typeof untagCertificateAuthorityInput>,
): Promise<void> {
  const { CertificateAuthorityArn: arn, Tags: unwanted } = input;
  const { value: authority } = await findStoredAuthority(ca, arn, 'administer');
  readTags(unwanted);
  const isUnwanted = (key: string, value: string) =>
    unwanted.some(({ Key, Value = value }) => Key === key && Value === value);
  await changeAuthorityTags(ca, authority.id, (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key, value]) => !isUnwanted(key, value))),
  );
}
