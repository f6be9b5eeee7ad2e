import { z } from 'zod';
import { arnSchema } from '../api-schemas.ts';
import type { CertificateAuthorityDescription } from '../describe-authority.ts';
import { describeAuthority } from '../describe-authority.ts';
import { findStoredAuthority } from '../find-authority.ts';
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
