import { createHash } from 'node:crypto';
import type { ApiInput } from '../api/api-service.ts';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import {
  type CaDescription,
  type CertificatePem,
  certificateAnswer,
  csrAnswer,
  issueCertificateAnswer,
} from './ca-answers.ts';
import { caTemplate } from './ca-template.ts';
import { callUntilDone } from './call-until-done.ts';
import { describeCa } from './complete-ca-arn.ts';
import type { CaCertificate } from './replaced-certificate.ts';
import { type ApiValidity, sameValidity, usualValidity } from './validity-option.ts';

export interface ActivationRequest {
  /** The CA that signs the certificate: the CA itself for a root. */
  readonly issuerArn: string;
  /**
   * Number of CAs allowed below it in a chain. Default: that of `replaced`; else 0, and no limit
   * for a root.
   */
  readonly pathLength: number | undefined;
  /** Default: that of `replaced`; else `usualValidity`. */
  readonly validity: ApiValidity | undefined;
  /** The certificate that the CA has already. */
  readonly replaced: CaCertificate | undefined;
}

/**
 * Issues and installs a CA certificate in the steps of the AWS Private CA User Guide: get the CSR,
 * issue, get, import. It can be repeated if it was interrupted.
 * @throws ApiError
 */
export async function activateAuthority(
  api: PrivateCaClient,
  arn: string,
  request: ActivationRequest,
  world: AdminWorld,
): Promise<void> {
  const { issuerArn, replaced } = request;
  const isRoot = issuerArn === arn;
  const first = isRoot ? undefined : 0;
  const kept = replaced === undefined ? first : replaced.pathLength;
  const template = caTemplate(isRoot, request.pathLength ?? kept);
  const own = { CertificateAuthorityArn: arn };
  const answer = await callUntilDone(api, 'GetCertificateAuthorityCsr', own, world);
  const { Csr } = readAnswer(csrAnswer, answer);
  const issuer = await describeCa(api, issuerArn);
  const input = {
    CertificateAuthorityArn: issuerArn,
    Csr: base64(Csr),
    SigningAlgorithm: issuer.CertificateAuthorityConfiguration.SigningAlgorithm,
    TemplateArn: templateArnFor(arn, template.name),
    ...template.input,
    Validity: validityOf(request, isRoot ? undefined : issuer, world.clock()),
  };
  await installCertificate(api, arn, (await issueFromCa(api, input, world)).pem);
}

function validityOf(
  { validity, replaced }: ActivationRequest,
  issuer: CaDescription | undefined,
  now: Date,
): ApiValidity {
  if (validity !== undefined) return validity;
  return replaced ? sameValidity(replaced, issuer, now) : usualValidity(issuer, now);
}

export interface Issued {
  readonly arn: string;
  readonly pem: CertificatePem;
}

/**
 * Calls IssueCertificate, then GetCertificate until the certificate is ready. The same input within
 * five minutes returns the same certificate.
 */
export async function issueFromCa(
  api: PrivateCaClient,
  input: ApiInput,
  world: AdminWorld,
): Promise<Issued> {
  const IdempotencyToken = idempotencyTokenOf(input);
  const issued = await api.call('IssueCertificate', { IdempotencyToken, ...input });
  const { CertificateArn } = readAnswer(issueCertificateAnswer, issued);
  const { CertificateAuthorityArn } = input;
  const got = { CertificateAuthorityArn, CertificateArn };
  const answer = await callUntilDone(api, 'GetCertificate', got, world);
  return { arn: CertificateArn, pem: readAnswer(certificateAnswer, answer) };
}

export async function installCertificate(
  api: PrivateCaClient,
  arn: string,
  { Certificate, CertificateChain }: CertificatePem,
): Promise<void> {
  await api.call('ImportCertificateAuthorityCertificate', {
    CertificateAuthorityArn: arn,
    Certificate: base64(Certificate),
    CertificateChain: CertificateChain ? base64(CertificateChain) : undefined,
  });
}

/** Derives the token from the whole call, so that an interrupted command can be repeated. */
export function idempotencyTokenOf(input: ApiInput): string {
  return createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 36);
}

/** The encoding of octets in JSON. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/**
 * Returns the ARN of a template by its name, such as EndEntityCertificate or
 * EndEntityCertificate/V1.
 * @param caArn of the CA that uses it: templates are in its partition
 */
export function templateArnFor(caArn: string, name: string): string {
  if (name.startsWith('arn:')) return name;
  const partition = caArn.split(':')[1] ?? 'aws';
  return `arn:${partition}:acm-pca:::template/${name.includes('/') ? name : `${name}/V1`}`;
}
