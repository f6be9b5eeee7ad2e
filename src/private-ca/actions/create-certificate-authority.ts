import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import {
  idempotencyTokenSchema,
  keyAlgorithmSchema,
  notSupported,
  signingAlgorithmSchema,
} from '../api-schemas.ts';
import type { Asn1Subject } from '../asn1-subject.ts';
import { asn1SubjectSchema } from '../asn1-subject.ts';
import { claimAuthorityId } from '../authority-index.ts';
import { createAuthority } from '../create-authority.ts';
import { requireMatchingAlgorithm } from '../key-algorithms.ts';
import type { PrivateCa } from '../private-ca.ts';
import { authorityArn } from '../private-ca-arns.ts';

export const createCertificateAuthorityInput = z.strictObject({
  CertificateAuthorityConfiguration: z.strictObject({
    KeyAlgorithm: keyAlgorithmSchema,
    SigningAlgorithm: signingAlgorithmSchema,
    Subject: asn1SubjectSchema,
    CsrExtensions: notSupported(),
  }),
  CertificateAuthorityType: z.literal('ROOT', 'is not supported by the embedded private CA'),
  RevocationConfiguration: notSupported(),
  IdempotencyToken: idempotencyTokenSchema.optional(),
  KeyStorageSecurityStandard: notSupported(),
  Tags: notSupported(),
  UsageMode: z.literal('GENERAL_PURPOSE', 'is not supported by the embedded private CA').optional(),
});

/**
 * CreateCertificateAuthority. The authority waits for its certificate when the answer comes: AWS shows CREATING first. As with
 * AWS an IdempotencyToken alone decides: within five minutes it gives the same authority, whatever else the call says.
 * @throws AwsError
 */
export async function createCertificateAuthority(
  ca: PrivateCa,
  input: z.infer<typeof createCertificateAuthorityInput>,
): Promise<{ readonly CertificateAuthorityArn: string }> {
  const { CertificateAuthorityConfiguration: configuration, IdempotencyToken: token } = input;
  const { KeyAlgorithm, SigningAlgorithm, Subject } = configuration;
  requireMatchingAlgorithm(KeyAlgorithm, SigningAlgorithm);
  requireSomeName(Subject);
  const id = await claimAuthorityId(ca, token === undefined ? undefined : { kind: 'token', token });
  await createAuthority(ca, id, {
    keyAlgorithm: KeyAlgorithm,
    signingAlgorithm: SigningAlgorithm,
    subject: Subject,
  });
  return { CertificateAuthorityArn: authorityArn(ca.scope, id) };
}

function requireSomeName(subject: Asn1Subject): void {
  if (Object.values(subject).some((value) => value)) return;
  throw new AwsError('InvalidArgsException', 'The subject must have at least one field');
}
