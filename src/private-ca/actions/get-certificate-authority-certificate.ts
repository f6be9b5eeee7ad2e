import { z } from 'zod';
import { encodePem } from '../../asn1/pem.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { arnSchema } from '../api-schemas.ts';
import { findAuthority } from '../find-authority.ts';
import type { PrivateCa } from '../private-ca.ts';

export const getCertificateAuthorityCertificateInput = z.strictObject({
  CertificateAuthorityArn: arnSchema,
});

export interface GetCertificateAuthorityCertificateOutput {
  /** PEM. */
  readonly Certificate: string;
  /** PEM, without the certificate itself; absent for a root. */
  readonly CertificateChain?: string;
}

/** GetCertificateAuthorityCertificate. @throws AwsError InvalidStateException before the first import, and others */
export async function getCertificateAuthorityCertificate(
  ca: PrivateCa,
  input: z.infer<typeof getCertificateAuthorityCertificateInput>,
): Promise<GetCertificateAuthorityCertificateOutput> {
  const { CertificateAuthorityArn: arn } = input;
  const { value: authority } = await findAuthority(ca, arn);
  if (authority.installed !== undefined) {
    return { Certificate: encodePem('CERTIFICATE', authority.installed.certificate) };
  }
  throw new AwsError(
    'InvalidStateException',
    // AWS says so of the certificate as well as of the request; clients match on the text.
    `The certificate authority ${arn} is not in the correct state to have a certificate signing request.`,
  );
}
