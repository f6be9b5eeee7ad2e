import { randomBytes } from 'node:crypto';
import { decodePem, encodePem } from '../../../src/asn1/pem.ts';
import { derSequence } from '../../../src/asn1/write-der.ts';
import { ACTIONS } from '../../../src/private-ca/actions/actions.ts';
import { templateArnOf } from '../../../src/private-ca/issuing/templates.ts';
import type { PrivateCa } from '../../../src/private-ca/private-ca.ts';
import { derSigned } from '../../../src/x509/build-certificate.ts';
import {
  buildCertificationRequest,
  derCertificationRequestInfo,
} from '../../../src/x509/build-certification-request.ts';
import type { Extension } from '../../../src/x509/extensions.ts';
import { type Certificate, parseCertificate } from '../../../src/x509/parse-certificate.ts';
import { parseCertificationRequest } from '../../../src/x509/parse-certification-request.ts';
import { parseDistinguishedNameText } from '../../../src/x509/parse-distinguished-name-text.ts';
import { createSigner, signingAlgorithmFor } from '../../../src/x509/signing-algorithm.ts';
import type { SampleKeyPair } from '../keys/sample-keys.ts';
import { createTestAuthority } from './create-test-authority.ts';

export interface RequestFields {
  /** In RFC 4514 form; empty for an empty Name. */
  readonly name?: string;
  readonly extensions?: readonly Extension[];
}

/** A Csr blob: PEM. */
export function csrBlob(keys: SampleKeyPair, fields: RequestFields = {}): Uint8Array {
  const algorithm = signingAlgorithmFor(keys.privateKey);
  const request = { ...requestInfo(fields), subjectPublicKeyInfo: keys.spki };
  const signer = createSigner(keys.privateKey, algorithm);
  return pemRequest(buildCertificationRequest(request, algorithm, signer));
}

/** A Csr blob for the authority's own key with other contents than the authority's own CSR. */
export async function ownCsrBlob(
  ca: PrivateCa,
  arn: string,
  fields: RequestFields,
): Promise<Uint8Array> {
  const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, { CertificateAuthorityArn: arn });
  const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE REQUEST', Csr);
  const { subjectPublicKeyInfo } = parseCertificationRequest(der);
  const info = derCertificationRequestInfo({ ...requestInfo(fields), subjectPublicKeyInfo });
  const key = await ca.signingKeys.get(arn.slice(-36));
  const signature = await key.sign('SHA256WITHECDSA', info);
  return pemRequest(derSigned(info, 'SHA256WITHECDSA', signature));
}

function requestInfo({ name = 'CN=device', extensions = [] }: RequestFields) {
  const subject = name === '' ? derSequence() : parseDistinguishedNameText(name);
  return { subject, extensions };
}

function pemRequest(der: Uint8Array): Uint8Array {
  return Buffer.from(encodePem('CERTIFICATE REQUEST', der));
}

export interface Issued {
  readonly certificate: Certificate;
  /** PEM. */
  readonly pem: string;
  /** PEM; undefined for a root's own certificate. */
  readonly chain: string | undefined;
}

/** Calls IssueCertificate (30 days, P-256 unless the input says otherwise), then GetCertificate. */
export async function issueFrom(ca: PrivateCa, arn: string, input: object): Promise<Issued> {
  const { CertificateArn } = await ACTIONS.IssueCertificate(ca, {
    CertificateAuthorityArn: arn,
    SigningAlgorithm: 'SHA256WITHECDSA',
    Validity: { Type: 'DAYS', Value: 30 },
    ...input,
  });
  const found = await ACTIONS.GetCertificate(ca, { CertificateAuthorityArn: arn, CertificateArn });
  const [der = Buffer.alloc(0)] = decodePem('CERTIFICATE', found.Certificate);
  const { Certificate: pem, CertificateChain: chain } = found;
  return { certificate: parseCertificate(der), pem, chain };
}

/**
 * An ACTIVE root. `create` is merged into CreateCertificateAuthority, `issue` into
 * IssueCertificate.
 */
export async function activateTestRoot(
  ca: PrivateCa,
  create: object = {},
  issue: object = {},
): Promise<string> {
  const { CertificateAuthorityArn: arn } = await createTestAuthority(ca, create);
  await certifyTestRoot(ca, arn, issue);
  return arn;
}

/** Gives a root its first certificate, or a new one. Returns PEM. */
export async function certifyTestRoot(
  ca: PrivateCa,
  arn: string,
  issue: object = {},
): Promise<string> {
  const TemplateArn = templateArnOf('RootCACertificate/V1');
  const Validity = { Type: 'YEARS', Value: 10 };
  return install(ca, arn, arn, { TemplateArn, Validity, ...issue });
}

/** An ACTIVE subordinate of `parent` whose certificate is issued from the template. */
export async function activateTestSubordinate(
  ca: PrivateCa,
  parent: string,
  template: string,
  issue: object = {},
  create: object = {},
): Promise<string> {
  const type = { CertificateAuthorityType: 'SUBORDINATE' };
  const { CertificateAuthorityArn: arn } = await createTestAuthority(ca, {
    ...{ ...type, CertificateAuthorityConfiguration: namedConfiguration() },
    ...create,
  });
  await install(ca, parent, arn, {
    TemplateArn: templateArnOf(template),
    Validity: { Type: 'YEARS', Value: 5 },
    ...issue,
  });
  return arn;
}

function namedConfiguration() {
  const CommonName = `Subordinate ${randomBytes(4).toString('hex')}`;
  const [KeyAlgorithm, SigningAlgorithm] = ['EC_prime256v1', 'SHA256WITHECDSA'];
  return { KeyAlgorithm, SigningAlgorithm, Subject: { CommonName } };
}

async function install(ca: PrivateCa, issuer: string, arn: string, input: object): Promise<string> {
  const { Csr } = await ACTIONS.GetCertificateAuthorityCsr(ca, { CertificateAuthorityArn: arn });
  const { pem, chain } = await issueFrom(ca, issuer, { Csr: Buffer.from(Csr), ...input });
  await ACTIONS.ImportCertificateAuthorityCertificate(ca, {
    CertificateAuthorityArn: arn,
    Certificate: Buffer.from(pem),
    ...(chain && { CertificateChain: Buffer.from(chain) }),
  });
  return pem;
}
