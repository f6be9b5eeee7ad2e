import { OID } from '../../asn1/object-identifiers.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { validateInput } from '../../aws-wire/validate-input.ts';
import { statusAllows } from '../../private-ca/authority/authority-status.ts';
import { findAuthority } from '../../private-ca/authority/find-authority.ts';
import { currentCrl } from '../../private-ca/crl/crls.ts';
import {
  type CertificateOrder,
  makeCertificate,
} from '../../private-ca/issuing/make-certificate.ts';
import {
  ENROLMENT_CSR_POLICY,
  readCsrDer,
  requireName,
} from '../../private-ca/issuing/read-csr.ts';
import { readIssued } from '../../private-ca/issuing/read-issued.ts';
import {
  findIssuance,
  isRecorded,
  recordIssuance,
} from '../../private-ca/issuing/record-issuance.ts';
import { findTemplate, templateArnOf } from '../../private-ca/issuing/templates.ts';
import { idempotencyTokenSchema } from '../../private-ca/model/api-schemas.ts';
import { scopedTo } from '../../private-ca/model/ca-context.ts';
import {
  authorityIdOf,
  certificateArn,
  scopeOf,
  serialOf,
} from '../../private-ca/model/private-ca-arns.ts';
import { resolveValidity } from '../../private-ca/model/validity.ts';
import type { PrivateCa } from '../../private-ca/private-ca.ts';
import type { AuthorityRecord } from '../../private-ca/records/authority-record.ts';
import { requireInstalled } from '../../private-ca/records/installed-certificate.ts';
import { revocationReasonOf } from '../../private-ca/revocation/revocation-reason-of.ts';
import type { Extension } from '../../x509/extensions.ts';
import {
  type AuthorityDescription,
  type CertificateWithChain,
  type IssueRequest,
  type Issuer,
  IssuerError,
  type MadeCertificate,
  type MakeRequest,
  requireTimeToAsk,
} from '../issuer.ts';
import { ISSUE_TEMPLATES } from '../passthrough.ts';
import { withIssuerFaults } from './with-issuer-faults.ts';

/**
 * The issuer port over the embedded private CA: what the calls of the acm-pca adapter do at AWS,
 * without their encodings. Each acts in the account and region of the authority's ARN, because a
 * connector only names authorities of its own account.
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
    revocationReasonOf: (authorityArn, { serialNumber }) =>
      within(authorityArn, (scoped, arn) => revocationReasonOf(scoped, arn, serialNumber)),
    getRevocationList: (authorityArn) => within(authorityArn, currentCrl),
    local: {
      make: (request) => within(request.authorityArn, (scoped) => make(scoped, request)),
      record: (made) => within(made.authorityArn, (scoped) => record(scoped, made)),
    },
  };
}

async function describeAuthority(ca: PrivateCa, arn: string): Promise<AuthorityDescription> {
  const { value: authority } = await findAuthority(ca, arn, 'getCertificate');
  const { certificate, chain } = requireInstalled(authority);
  const status = statusAllows(authority, 'issue', ca.clock()) ? 'ACTIVE' : 'NOT_ACTIVE';
  return { arn, status, usageMode: authority.usageMode ?? 'GENERAL_PURPOSE', certificate, chain };
}

async function issueCertificate(ca: PrivateCa, request: IssueRequest): Promise<string> {
  const { authorityArn } = request;
  const idempotencyToken = validateInput(idempotencyTokenSchema, request.idempotencyToken);
  const { value: authority } = await findAuthority(ca, authorityArn, 'issue');
  requireTimeToAsk(request, ca.clock());
  const known = await findIssuance(ca, authority.id, idempotencyToken);
  if (known !== undefined) return certificateArn(authorityArn, known);
  const csr = readCsrDer(request.csr, ENROLMENT_CSR_POLICY);
  const made = await makeCertificate(ca, authority, orderOf(ca, authority, { ...request, csr }));
  const serial = await recordIssuance(ca, authority.id, made, idempotencyToken);
  return certificateArn(authorityArn, serial);
}

async function make(ca: PrivateCa, request: MakeRequest): Promise<MadeCertificate> {
  const { authorityArn, idempotencyToken } = request;
  const { value: authority } = await findAuthority(ca, authorityArn, 'issue');
  const made = await makeCertificate(ca, authority, orderOf(ca, authority, request));
  const { serial, templateName, certificate } = made;
  return {
    ...{ authorityArn, certificateArn: certificateArn(authorityArn, serial) },
    ...{ certificate, templateName, idempotencyToken },
  };
}

async function record(ca: PrivateCa, made: MadeCertificate): Promise<void> {
  const { authorityArn, idempotencyToken, ...rest } = made;
  const authorityId = authorityIdOf(ca.scope, authorityArn);
  const issuance = { ...rest, serial: serialOf(authorityArn, made.certificateArn) };
  if (await isRecorded(ca, authorityId, issuance)) return;
  const serial = await recordIssuance(ca, authorityId, issuance, idempotencyToken);
  if (serial === issuance.serial) return;
  const message = `${authorityArn} has issued another certificate for the same idempotency token`;
  throw new IssuerError('unavailable', message);
}

/** @throws AwsError MalformedCSRException for a CSR without names; ValidationException */
function orderOf(
  { clock }: PrivateCa,
  { signingAlgorithm }: AuthorityRecord,
  { csr, passthrough, notBefore, notAfter }: MakeRequest,
): CertificateOrder {
  requireName(csr);
  return {
    template: findTemplate(templateArnOf(ISSUE_TEMPLATES[passthrough?.csrExtensions ?? 'copied'])),
    csr,
    api: { subject: undefined, extensions: (passthrough?.extensions ?? []).map(asApiPasses) },
    validity: resolveValidity(absolute(notAfter), notBefore && absolute(notBefore), clock()),
    signingAlgorithm,
  };
}

/** ApiPassthrough cannot say whether these two are critical. */
function asApiPasses(extension: Extension): Extension {
  switch (extension.oid) {
    case OID.keyUsage:
      return { ...extension, critical: true };
    case OID.extKeyUsage:
      return { ...extension, critical: false };
    default:
      return extension;
  }
}

function absolute(time: Date) {
  return { Type: 'ABSOLUTE' as const, Value: Math.floor(time.getTime() / 1_000) };
}

async function getCertificate(
  ca: PrivateCa,
  authorityArn: string,
  certificateArn: string,
): Promise<CertificateWithChain | undefined> {
  try {
    return await readIssued(ca, authorityArn, certificateArn);
  } catch (error) {
    const { code } = error instanceof AwsError ? error : {};
    if (code === 'RequestInProgressException') return undefined;
    throw error;
  }
}
