import { z } from 'zod';
import {
  type CertificateAuthorityDescription,
  describeAuthority,
} from '../authority/describe-authority.ts';
import { findStoredAuthority } from '../authority/find-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import type { PrivateCa } from '../private-ca.ts';

export const describeCertificateAuthorityInput = z.object({
  CertificateAuthorityArn: arnSchema,
});

/** DescribeCertificateAuthority, in any status. @throws AwsError InvalidArnException, ResourceNotFoundException */
export async function describeCertificateAuthority(
  ca: PrivateCa,
  input: z.infer<typeof describeCertificateAuthorityInput>,
): Promise<{ readonly CertificateAuthority: CertificateAuthorityDescription }> {
  const { value } = await findStoredAuthority(ca, input.CertificateAuthorityArn);
  return { CertificateAuthority: describeAuthority(value, ca.clock()) };
}
