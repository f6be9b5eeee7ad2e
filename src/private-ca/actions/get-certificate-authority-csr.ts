import { z } from 'zod';
import { encodePem } from '../../asn1/pem.ts';
import { findAuthority } from '../authority/find-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import type { PrivateCa } from '../private-ca.ts';

export const getCertificateAuthorityCsrInput = z.object({
  CertificateAuthorityArn: arnSchema,
});

/** GetCertificateAuthorityCsr: PEM. @throws AwsError RequestInProgressException while it is CREATING, and others */
export async function getCertificateAuthorityCsr(
  ca: PrivateCa,
  input: z.infer<typeof getCertificateAuthorityCsrInput>,
): Promise<{ readonly Csr: string }> {
  const { value: authority } = await findAuthority(ca, input.CertificateAuthorityArn, 'getCsr');
  return { Csr: encodePem('CERTIFICATE REQUEST', authority.csr) };
}
