import { z } from 'zod';
import { formatArn, parseArn, partitionOf } from '../../aws-wire/arn.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import type { Caller } from '../../aws-wire/caller.ts';
import { blobSchema } from '../../aws-wire/deserialize-input.ts';
import { type CertificateFields, derTbsCertificate } from '../../x509/build-certificate.ts';
import { issuingUse } from '../authority/authority-status.ts';
import { findAuthority } from '../authority/find-authority.ts';
import { type PassedByApi, readApiPassthrough } from '../issuing/api-passthrough.ts';
import {
  type CertificateParts,
  composeCertificate,
  requirePermittedNames,
} from '../issuing/compose-certificate.ts';
import { lintCertificate } from '../issuing/lint-certificate.ts';
import {
  API_CSR_POLICY,
  type CsrPolicy,
  ENROLMENT_CSR_POLICY,
  readCsr,
} from '../issuing/read-csr.ts';
import { findIssuance, recordIssuance } from '../issuing/record-issuance.ts';
import { findTemplate, type Template, templateArnOf } from '../issuing/templates.ts';
import { apiPassthroughSchema } from '../model/api-passthrough-schema.ts';
import {
  arnSchema,
  idempotencyTokenSchema,
  modelSigningAlgorithmSchema,
} from '../model/api-schemas.ts';
import { requireMatchingAlgorithm } from '../model/key-algorithms.ts';
import { certificateArn } from '../model/private-ca-arns.ts';
import { resolveValidity, validitySchema } from '../model/validity.ts';
import type { PrivateCa } from '../private-ca.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';
import { defineAction, NOT_FOUND_ERRORS } from './action.ts';
import { actionAccess } from './action-access.ts';

const input = z.object({
  ApiPassthrough: apiPassthroughSchema.optional(),
  CertificateAuthorityArn: arnSchema,
  Csr: blobSchema({ min: 1, max: 32_768 }),
  SigningAlgorithm: modelSigningAlgorithmSchema,
  TemplateArn: arnSchema.optional(),
  Validity: validitySchema,
  ValidityNotBefore: validitySchema.optional(),
  IdempotencyToken: idempotencyTokenSchema.optional(),
});

type Input = z.infer<typeof input>;

const NOTHING: PassedByApi = { subject: undefined, extensions: [] };

/**
 * AWS issues after it has answered; here the certificate is signed and stored before the answer. If
 * the process dies in between, a repeat with the same IdempotencyToken finishes the certificate.
 * @throws AwsError
 */
export const issueCertificate = defineAction({
  input,
  errors: [
    ...NOT_FOUND_ERRORS,
    'InvalidArgsException',
    'InvalidStateException',
    'LimitExceededException',
    'MalformedCSRException',
  ],
  access: (caller, { CertificateAuthorityArn, TemplateArn }) => {
    const context = { 'acm-pca:TemplateArn': templateInPartitionOf(caller, TemplateArn) };
    return [{ ...actionAccess('IssueCertificate', CertificateAuthorityArn), context }];
  },
  execute: async (ca, input, caller): Promise<{ readonly CertificateArn: string }> => {
    const { CertificateAuthorityArn: arn, IdempotencyToken: token } = input;
    const template = findTemplate(input.TemplateArn);
    const { value: authority } = await findAuthority(ca, arn, issuingUse(template));
    const known = token === undefined ? undefined : await findIssuance(ca, authority.id, token);
    if (known !== undefined) return { CertificateArn: certificateArn(arn, known) };
    const csrPolicy = caller === undefined ? ENROLMENT_CSR_POLICY : API_CSR_POLICY;
    const parts = readParts(ca, { authority, template, csrPolicy, input });
    const { fields, tbs } = await buildTbs(parts);
    await ca.distributionPoints.record(authority, fields);
    const issuing = {
      state: 'issuing' as const,
      templateName: template.name,
      tbs,
      signingAlgorithm: parts.signingAlgorithm,
      requestedAt: ca.clock(),
    };
    const serial = await recordIssuance(ca, authority.id, {
      serial: Buffer.from(parts.serialNumber).toString('hex'),
      issuing,
      idempotencyToken: token,
    });
    return { CertificateArn: certificateArn(arn, serial) };
  },
});

/**
 * The template's ARN as a policy sees it. A template has an ARN in every partition; the policy
 * judges the ARN in the caller's own partition, so that naming another partition does not bypass
 * it.
 */
function templateInPartitionOf(
  { region }: Caller,
  requested = templateArnOf('EndEntityCertificate/V1'),
): string {
  const arn = parseArn(requested);
  return arn ? formatArn({ ...arn, partition: partitionOf(region) }) : requested;
}

interface IssueCall {
  readonly authority: AuthorityRecord;
  readonly template: Template;
  readonly csrPolicy: CsrPolicy;
  readonly input: Input;
}

function readParts(
  ca: PrivateCa,
  { authority, template, csrPolicy, input }: IssueCall,
): CertificateParts {
  return {
    authority,
    template,
    signingAlgorithm: requireMatchingAlgorithm(authority.keyAlgorithm, input.SigningAlgorithm),
    csr: readCsr(input.Csr, csrPolicy),
    api: template.passthrough.api ? readApiPassthrough(input.ApiPassthrough) : NOTHING,
    validity: resolveValidity(input.Validity, input.ValidityNotBefore, ca.clock()),
    serialNumber: newSerialNumber(ca),
    places: ca,
  };
}

/** 128 random bits, which the ARN shows as 32 digits; not zero. */
function newSerialNumber({ randomBytes }: PrivateCa): Uint8Array {
  const serialNumber = randomBytes(16);
  return serialNumber.some((octet) => octet !== 0) ? serialNumber : Buffer.alloc(16, 1);
}

/** The TBSCertificate for the authority to sign, already linted. */
async function buildTbs(
  parts: CertificateParts,
): Promise<{ readonly fields: CertificateFields; readonly tbs: Uint8Array }> {
  const { fields, issuer } = composeCertificate(parts);
  const tbs = derTbsCertificate(fields);
  const faults = await lintCertificate(tbs, fields);
  if (faults.length > 0) throw brokenRules(parts, faults);
  requirePermittedNames(fields, issuer);
  return { fields, tbs };
}

/**
 * Whose fault it is: the CSR's, unless ApiPassthrough added something, or the template passes
 * ApiPassthrough alone.
 */
function brokenRules({ template, api }: CertificateParts, faults: readonly string[]): AwsError {
  const { passthrough } = template;
  const apiHasSpoken = api.subject !== undefined || api.extensions.length > 0;
  const isApis = apiHasSpoken || (passthrough.api && !passthrough.csr);
  const message = `The certificate would break RFC 5280: ${faults.join('; ')}`;
  return new AwsError(isApis ? 'InvalidArgsException' : 'MalformedCSRException', message);
}
