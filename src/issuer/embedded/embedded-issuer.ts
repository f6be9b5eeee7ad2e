import { decodePem, encodePem } from '../../asn1/pem.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { ACTIONS } from '../../private-ca/actions/actions.ts';
import { currentCrl } from '../../private-ca/crl/crls.ts';
import { templateArnOf } from '../../private-ca/issuing/templates.ts';
import { scopedTo } from '../../private-ca/model/ca-context.ts';
import { scopeOf } from '../../private-ca/model/private-ca-arns.ts';
import type { PrivateCa } from '../../private-ca/private-ca.ts';
import { isRevoked } from '../../private-ca/revocation/is-revoked.ts';
import {
  type AuthorityDescription,
  type CertificateWithChain,
  type IssueRequest,
  type Issuer,
  requireTimeToAsk,
} from '../issuer.ts';
import { passthroughParameters } from '../passthrough.ts';
import { withIssuerFaults } from './with-issuer-faults.ts';

/**
 * The issuer port over the embedded private CA: the same calls that the acm-pca adapter makes to
 * AWS. Each acts in the account and region of the authority's ARN, because a connector only names
 * authorities of its own account.
 */
export function createEmbeddedIssuer(ca: PrivateCa): Issuer {
  const within = <T>(
    arn: string,
    call: (ca: PrivateCa, arn: string) => Promise<T>,
    faultWithoutAnswer?: 'unanswered',
  ) => withIssuerFaults((async () => call(scopedTo(ca, scopeOf(arn)), arn))(), faultWithoutAnswer);
  return {
    describeAuthority: (authorityArn) => within(authorityArn, describeAuthority),
    issueCertificate: (request) =>
      within(request.authorityArn, (scoped) => issueCertificate(scoped, request), 'unanswered'),
    getCertificate: (authorityArn, certificateArn) =>
      within(authorityArn, (scoped, arn) => getCertificate(scoped, arn, certificateArn)),
    isRevoked: (authorityArn, { serialNumber }) =>
      within(authorityArn, (scoped, arn) => isRevoked(scoped, arn, serialNumber)),
    getRevocationList: (authorityArn) => within(authorityArn, currentCrl),
  };
}

async function describeAuthority(ca: PrivateCa, arn: string): Promise<AuthorityDescription> {
  const input = { CertificateAuthorityArn: arn };
  const { CertificateAuthority } = await ACTIONS.DescribeCertificateAuthority(ca, input);
  const installed = await ACTIONS.GetCertificateAuthorityCertificate(ca, input);
  return {
    arn,
    status: CertificateAuthority.Status === 'ACTIVE' ? 'ACTIVE' : 'NOT_ACTIVE',
    usageMode:
      CertificateAuthority.UsageMode === 'SHORT_LIVED_CERTIFICATE'
        ? 'SHORT_LIVED_CERTIFICATE'
        : 'GENERAL_PURPOSE',
    ...decodeChain(installed),
  };
}

async function issueCertificate(ca: PrivateCa, request: IssueRequest): Promise<string> {
  const { authorityArn, csr, notAfter, notBefore } = request;
  const { template, apiPassthrough } = passthroughParameters(request.passthrough);
  const SigningAlgorithm = await signingAlgorithmOf(ca, authorityArn);
  requireTimeToAsk(request, ca.clock());
  const { CertificateArn } = await ACTIONS.IssueCertificate(ca, {
    CertificateAuthorityArn: authorityArn,
    Csr: Buffer.from(encodePem('CERTIFICATE REQUEST', csr)),
    SigningAlgorithm,
    Validity: absolute(notAfter),
    TemplateArn: templateArnOf(template),
    IdempotencyToken: request.idempotencyToken,
    ...omitUndefined({
      ValidityNotBefore: notBefore && absolute(notBefore),
      ApiPassthrough: apiPassthrough,
    }),
  });
  return CertificateArn;
}

async function signingAlgorithmOf(ca: PrivateCa, arn: string): Promise<string> {
  const input = { CertificateAuthorityArn: arn };
  const { CertificateAuthority } = await ACTIONS.DescribeCertificateAuthority(ca, input);
  return CertificateAuthority.CertificateAuthorityConfiguration.SigningAlgorithm;
}

async function getCertificate(
  ca: PrivateCa,
  authorityArn: string,
  certificateArn: string,
): Promise<CertificateWithChain | undefined> {
  const input = { CertificateAuthorityArn: authorityArn, CertificateArn: certificateArn };
  try {
    return decodeChain(await ACTIONS.GetCertificate(ca, input));
  } catch (error) {
    const { code } = error instanceof AwsError ? error : {};
    if (code === 'RequestInProgressException') return undefined;
    throw error;
  }
}

function absolute(time: Date) {
  return { Type: 'ABSOLUTE', Value: Math.floor(time.getTime() / 1_000) };
}

function decodeChain(pem: {
  readonly Certificate: string;
  readonly CertificateChain?: string;
}): CertificateWithChain {
  const [certificate] = decodePem('CERTIFICATE', pem.Certificate);
  if (certificate === undefined) throw new Error('the private CA returned no certificate');
  return { certificate, chain: decodePem('CERTIFICATE', pem.CertificateChain ?? '') };
}
