import { z } from 'zod';
import { formatArn, parseArn, partitionOf } from '../../aws-wire/arn.ts';
import type { Caller } from '../../aws-wire/caller.ts';
import { blobSchema } from '../../aws-wire/deserialize-input.ts';
import { issuingUse } from '../authority/authority-status.ts';
import { findAuthority } from '../authority/find-authority.ts';
import { type PassedByApi, readApiPassthrough } from '../issuing/api-passthrough.ts';
import { type CertificateOrder, makeCertificate } from '../issuing/make-certificate.ts';
import { readCsr } from '../issuing/read-csr.ts';
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
 * AWS issues after it has answered; here the certificate is signed and stored before the answer.
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
  execute: async (ca, input): Promise<{ readonly CertificateArn: string }> => {
    const { CertificateAuthorityArn: arn, IdempotencyToken: token } = input;
    const template = findTemplate(input.TemplateArn);
    const { value: authority } = await findAuthority(ca, arn, issuingUse(template));
    const known = token === undefined ? undefined : await findIssuance(ca, authority.id, token);
    if (known !== undefined) return { CertificateArn: certificateArn(arn, known) };
    const order = readOrder(ca, authority, template, input);
    const made = await makeCertificate(ca, authority, order);
    const serial = await recordIssuance(ca, authority.id, made, token);
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

/** The input of a call, checked. @throws AwsError */
function readOrder(
  { clock }: PrivateCa,
  { keyAlgorithm }: AuthorityRecord,
  template: Template,
  input: Input,
): CertificateOrder {
  return {
    template,
    signingAlgorithm: requireMatchingAlgorithm(keyAlgorithm, input.SigningAlgorithm),
    csr: readCsr(input.Csr),
    api: template.passthrough.api ? readApiPassthrough(input.ApiPassthrough) : NOTHING,
    validity: resolveValidity(input.Validity, input.ValidityNotBefore, clock()),
  };
}
