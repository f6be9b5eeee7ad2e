import { z } from 'zod';
import { OID } from '../../asn1/object-identifiers.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { derTbsCertificate } from '../../x509/build-certificate.ts';
import { parseName } from '../../x509/distinguished-name.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifierOf,
  subjectKeyIdentifierExtension,
} from '../../x509/key-identifier.ts';
import type { CertificationRequest } from '../../x509/parse-certification-request.ts';
import type { Extension } from '../../x509/read-extensions.ts';
import { apiExtensions, apiPassthroughSchema } from '../api-passthrough.ts';
import {
  arnSchema,
  blobSchema,
  idempotencyTokenSchema,
  signingAlgorithmSchema,
} from '../api-schemas.ts';
import type { AuthorityRecord, InstalledCertificate } from '../authority-record.ts';
import { authorityStatus } from '../authority-record.ts';
import { composeExtensions } from '../compose-extensions.ts';
import { findAuthority } from '../find-authority.ts';
import { requireMatchingAlgorithm } from '../key-algorithms.ts';
import { lintCertificate } from '../lint-certificate.ts';
import type { PrivateCa } from '../private-ca.ts';
import { certificateArn } from '../private-ca-arns.ts';
import { readCsr } from '../read-csr.ts';
import { findIssuance, recordIssuance } from '../record-issuance.ts';
import type { Template } from '../templates.ts';
import { findTemplate } from '../templates.ts';
import { resolveValidity, validitySchema } from '../validity.ts';

export const issueCertificateInput = z.strictObject({
  CertificateAuthorityArn: arnSchema,
  Csr: blobSchema(32_768),
  SigningAlgorithm: signingAlgorithmSchema,
  Validity: validitySchema,
  TemplateArn: arnSchema.optional(),
  ApiPassthrough: apiPassthroughSchema.optional(),
  ValidityNotBefore: validitySchema.optional(),
  IdempotencyToken: idempotencyTokenSchema.optional(),
});

type Input = z.infer<typeof issueCertificateInput>;

/**
 * IssueCertificate. AWS issues after it has answered; here the certificate is signed and stored when the answer comes, unless
 * the process dies on the way: then a repeat with the same IdempotencyToken finishes it.
 * @throws AwsError
 */
export async function issueCertificate(
  ca: PrivateCa,
  input: Input,
): Promise<{ readonly CertificateArn: string }> {
  const { CertificateAuthorityArn: arn, IdempotencyToken: token } = input;
  const { value: authority } = await findAuthority(ca, arn);
  const template = findTemplate(input.TemplateArn);
  requireIssuingStatus(authority, template, ca.clock());
  const known = token === undefined ? undefined : await findIssuance(ca, authority.id, token);
  if (known !== undefined) return { CertificateArn: certificateArn(arn, known) };
  const serialNumber = newSerialNumber(ca);
  const issuing = {
    state: 'issuing' as const,
    templateName: template.name,
    tbs: buildTbs(authority, template, input, serialNumber, ca.clock()),
    signingAlgorithm: input.SigningAlgorithm,
    requestedAt: ca.clock(),
  };
  const hex = Buffer.from(serialNumber).toString('hex');
  const serial = await recordIssuance(ca, authority.id, hex, issuing, token);
  return { CertificateArn: certificateArn(arn, serial) };
}

/** An authority that has no valid certificate may sign its own and nothing else. */
function requireIssuingStatus(authority: AuthorityRecord, template: Template, now: number): void {
  const status = authorityStatus(authority, now);
  if (status === 'ACTIVE' || (template.selfSigned && status !== 'DISABLED')) return;
  throw new AwsError(
    'InvalidStateException',
    'The certificate authority is not in a valid state for issuing certificates',
  );
}

/** 128 random bits, which the ARN shows as 32 digits; not zero. */
function newSerialNumber({ randomBytes }: PrivateCa): Uint8Array {
  const serialNumber = randomBytes(16);
  return serialNumber.some((octet) => octet !== 0) ? serialNumber : Buffer.alloc(16, 1);
}

function buildTbs(
  authority: AuthorityRecord,
  template: Template,
  input: Input,
  serialNumber: Uint8Array,
  now: number,
): Uint8Array {
  requireMatchingAlgorithm(authority.keyAlgorithm, input.SigningAlgorithm);
  const csr = readCsr(input.Csr);
  const validity = resolveValidity(input.Validity, input.ValidityNotBefore, now);
  const issuer = template.selfSigned
    ? requireOwnKey(authority, csr)
    : requireWithin(authority.installed, validity.notAfter);
  const api = template.passthrough.api ? apiExtensions(input.ApiPassthrough) : [];
  const fields = {
    serialNumber,
    signingAlgorithm: input.SigningAlgorithm,
    issuer: issuer.subject,
    ...validity,
    subject: csr.subject,
    subjectPublicKeyInfo: csr.subjectPublicKeyInfo,
    extensions: composeExtensions({
      template,
      identifiers: identifiersOf(csr, issuer.keyIdentifier),
      api,
      csr: namingExtensions(csr),
    }),
  };
  const tbs = derTbsCertificate(fields);
  const faults = lintCertificate(tbs, fields);
  if (faults.length === 0) return tbs;
  const message = `The certificate would break RFC 5280: ${faults.join('; ')}`;
  throw new AwsError('MalformedCSRException', message);
}

interface IssuerFacts {
  readonly subject: Uint8Array;
  /** Undefined for the authority itself: its own certificate has no authorityKeyIdentifier. */
  readonly keyIdentifier: Uint8Array | undefined;
}

function requireOwnKey(authority: AuthorityRecord, csr: CertificationRequest): IssuerFacts {
  const isOwn = Buffer.compare(csr.subjectPublicKeyInfo, authority.subjectPublicKeyInfo) === 0;
  if (isOwn) return { subject: csr.subject, keyIdentifier: undefined };
  throw new AwsError(
    'InvalidArgsException',
    'A root CA certificate can be issued for the key of the certificate authority alone',
  );
}

function requireWithin(
  installed: InstalledCertificate | undefined,
  notAfter: Date,
): InstalledCertificate {
  if (installed === undefined) throw new Error('an ACTIVE authority has a certificate');
  if (notAfter.getTime() <= installed.notAfter) return installed;
  throw new AwsError(
    'ValidationException',
    'The certificate validity specified exceeds the certificate authority validity',
  );
}

function identifiersOf(
  csr: CertificationRequest,
  issuerKeyIdentifier: Uint8Array | undefined,
): readonly Extension[] {
  const subject = subjectKeyIdentifierExtension(keyIdentifierOf(csr.subjectPublicKeyInfo));
  return issuerKeyIdentifier === undefined
    ? [subject]
    : [authorityKeyIdentifierExtension(issuerKeyIdentifier), subject];
}

/** The extensions of the CSR; its subjectAltName made critical when it is all that names the subject (RFC 5280 4.1.2.6). */
function namingExtensions(csr: CertificationRequest): readonly Extension[] {
  if (parseName(csr.subject).length > 0) return csr.extensions;
  return csr.extensions.map((extension) =>
    extension.oid === OID.subjectAltName ? { ...extension, critical: true } : extension,
  );
}
