import { AwsError } from '../aws-wire/aws-error.ts';
import { ACTIONS } from './actions/actions.ts';
import { claimAuthorityId } from './authority/authority-index.ts';
import { type AuthorityConfiguration, createAuthority } from './authority/create-authority.ts';
import { templateArnOf } from './issuing/templates.ts';
import { requireMatchingAlgorithm } from './model/key-algorithms.ts';
import { authorityArn } from './model/private-ca-arns.ts';
import type { RequestedValidity } from './model/validity.ts';
import type { PrivateCa } from './private-ca.ts';

export interface RootRequest
  extends Pick<AuthorityConfiguration, 'keyAlgorithm' | 'signingAlgorithm' | 'subject'> {
  /** The root's name in this store: 1 to 100 printable ASCII characters. */
  readonly name: string;
  /** The validity of the root's certificate. */
  readonly validity: RequestedValidity;
}

/**
 * Returns the ARN of the ACTIVE root authority with this name. It follows the procedure that AWS
 * documents: create the authority, get its CSR, issue its certificate with RootCACertificate/V1,
 * import that. Steps that are done already are kept, so the call may be repeated after a crash at
 * any point and run in several processes at once.
 * @throws AwsError
 */
export async function activateRoot(ca: PrivateCa, request: RootRequest): Promise<string> {
  requireMatchingAlgorithm(request.keyAlgorithm, request.signingAlgorithm);
  const id = await claimAuthorityId(ca, { kind: 'name', name: request.name });
  const arn = authorityArn(ca.scope, id);
  const { keyAlgorithm, signingAlgorithm, subject } = request;
  await createAuthority(ca, id, { type: 'ROOT', keyAlgorithm, signingAlgorithm, subject });
  await ca.creation.finish(id);
  if ((await statusOf(ca, arn)) === 'PENDING_CERTIFICATE')
    await installCertificate(ca, arn, request);
  return arn;
}

async function statusOf(ca: PrivateCa, arn: string): Promise<string> {
  const input = { CertificateAuthorityArn: arn };
  const { CertificateAuthority } = await ACTIONS.DescribeCertificateAuthority(ca, input);
  return CertificateAuthority.Status;
}

async function installCertificate(ca: PrivateCa, arn: string, request: RootRequest): Promise<void> {
  const CertificateAuthorityArn = arn;
  const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, { CertificateAuthorityArn });
  const { CertificateArn } = await ACTIONS.IssueCertificate(ca, {
    CertificateAuthorityArn,
    Csr: Buffer.from(Csr),
    SigningAlgorithm: request.signingAlgorithm,
    Validity: request.validity,
    TemplateArn: templateArnOf('RootCACertificate/V1'),
    IdempotencyToken: 'activate-root',
  });
  const input = { CertificateAuthorityArn, CertificateArn };
  const { Certificate } = await ACTIONS.GetCertificate(ca, input);
  try {
    await ACTIONS.ImportCertificateAuthorityCertificate(ca, {
      CertificateAuthorityArn,
      Certificate: Buffer.from(Certificate),
    });
  } catch (error) {
    const isLate = error instanceof AwsError && error.code === 'ConcurrentModificationException';
    // Another process has activated the root meanwhile.
    if (!isLate) throw error;
  }
}
