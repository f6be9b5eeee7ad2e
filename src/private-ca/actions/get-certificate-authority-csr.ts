import { z } from 'zod';
import { encodePem } from '../../asn1/pem.ts';
import { arnSchema } from '../api-schemas.ts';
import { findAuthority } from '../find-authority.ts';
import type { PrivateCa } from '../private-ca.ts';

export const getCertificateAuthorityCsrInput = z.strictObject({
  CertificateAuthorityArn: arnSchema,
});

/** GetCertificateAuthorityCsr: PEM. @throws AwsError InvalidArnException, ResourceNotFoundException */
export async function getCertificateAuthorityCsr(
  ca: PrivateCa,
  input: z.infer<typeof getCertificateAuthorityCsrInput>,
): Promise<{ readonly Csr: string }> {
  const { value: authority } = await findAuthority(ca, input.CertificateAuthorityArn);
  return { Csr: encodePem('CERTIFICATE REQUEST', authority.csr) };
}
