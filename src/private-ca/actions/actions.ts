import type { AwsErrorCode } from '../../aws-wire/aws-error.ts';
import { defineAction } from './action.ts';
import {
  accessToAll,
  accessToAuthority,
  accessToCreate,
  accessToIssue,
  accessToResource,
  accessToTag,
  accessToUntag,
} from './action-access.ts';
import {
  createCertificateAuthority,
  createCertificateAuthorityInput,
} from './create-certificate-authority.ts';
import {
  createCertificateAuthorityAuditReport,
  createCertificateAuthorityAuditReportInput,
} from './create-certificate-authority-audit-report.ts';
import { createPermission, createPermissionInput } from './create-permission.ts';
import {
  deleteCertificateAuthority,
  deleteCertificateAuthorityInput,
} from './delete-certificate-authority.ts';
import { deletePermission, deletePermissionInput } from './delete-permission.ts';
import { deletePolicy, deletePolicyInput } from './delete-policy.ts';
import {
  describeCertificateAuthority,
  describeCertificateAuthorityInput,
} from './describe-certificate-authority.ts';
import {
  describeCertificateAuthorityAuditReport,
  describeCertificateAuthorityAuditReportInput,
} from './describe-certificate-authority-audit-report.ts';
import { getCertificate, getCertificateInput } from './get-certificate.ts';
import {
  getCertificateAuthorityCertificate,
  getCertificateAuthorityCertificateInput,
} from './get-certificate-authority-certificate.ts';
import {
  getCertificateAuthorityCsr,
  getCertificateAuthorityCsrInput,
} from './get-certificate-authority-csr.ts';
import { getPolicy, getPolicyInput } from './get-policy.ts';
import {
  importCertificateAuthorityCertificate,
  importCertificateAuthorityCertificateInput,
} from './import-certificate-authority-certificate.ts';
import { issueCertificate, issueCertificateInput } from './issue-certificate.ts';
import {
  listCertificateAuthorities,
  listCertificateAuthoritiesInput,
} from './list-certificate-authorities.ts';
import { listPermissions, listPermissionsInput } from './list-permissions.ts';
import { listTags, listTagsInput } from './list-tags.ts';
import { putPolicy, putPolicyInput } from './put-policy.ts';
import {
  restoreCertificateAuthority,
  restoreCertificateAuthorityInput,
} from './restore-certificate-authority.ts';
import { revokeCertificate, revokeCertificateInput } from './revoke-certificate.ts';
import {
  tagCertificateAuthority,
  tagCertificateAuthorityInput,
} from './tag-certificate-authority.ts';
import {
  untagCertificateAuthority,
  untagCertificateAuthorityInput,
} from './untag-certificate-authority.ts';
import {
  updateCertificateAuthority,
  updateCertificateAuthorityInput,
} from './update-certificate-authority.ts';

const NOT_FOUND = [
  'InvalidArnException',
  'ResourceNotFoundException',
] as const satisfies readonly AwsErrorCode[];
/** Of an authority that is not there, or not in the right status. */
const UNFIT = [
  ...NOT_FOUND,
  'InvalidStateException',
  'RequestFailedException',
] as const satisfies readonly AwsErrorCode[];

/** The actions of the AWS Private CA API that exist here, under their AWS names, with the errors that its model names. */
export const ACTIONS = {
  CreateCertificateAuthority: defineAction({
    input: createCertificateAuthorityInput,
    errors: [
      'InvalidArgsException',
      'InvalidPolicyException',
      'InvalidTagException',
      'LimitExceededException',
    ],
    access: accessToCreate,
    execute: createCertificateAuthority,
  }),
  CreateCertificateAuthorityAuditReport: defineAction({
    input: createCertificateAuthorityAuditReportInput,
    errors: [...UNFIT, 'InvalidArgsException', 'RequestInProgressException'],
    access: accessToAuthority('CreateCertificateAuthorityAuditReport'),
    execute: createCertificateAuthorityAuditReport,
  }),
  CreatePermission: defineAction({
    input: createPermissionInput,
    errors: [...UNFIT, 'LimitExceededException', 'PermissionAlreadyExistsException'],
    access: accessToAuthority('CreatePermission'),
    execute: createPermission,
  }),
  DeleteCertificateAuthority: defineAction({
    input: deleteCertificateAuthorityInput,
    errors: [...NOT_FOUND, 'ConcurrentModificationException', 'InvalidStateException'],
    access: accessToAuthority('DeleteCertificateAuthority'),
    execute: deleteCertificateAuthority,
  }),
  DeletePermission: defineAction({
    input: deletePermissionInput,
    errors: [...UNFIT],
    access: accessToAuthority('DeletePermission'),
    execute: deletePermission,
  }),
  DeletePolicy: defineAction({
    input: deletePolicyInput,
    errors: [...UNFIT, 'ConcurrentModificationException', 'LockoutPreventedException'],
    access: accessToResource('DeletePolicy'),
    execute: deletePolicy,
  }),
  DescribeCertificateAuthority: defineAction({
    input: describeCertificateAuthorityInput,
    errors: [...NOT_FOUND],
    access: accessToAuthority('DescribeCertificateAuthority'),
    execute: describeCertificateAuthority,
  }),
  DescribeCertificateAuthorityAuditReport: defineAction({
    input: describeCertificateAuthorityAuditReportInput,
    errors: [...NOT_FOUND, 'InvalidArgsException'],
    access: accessToAuthority('DescribeCertificateAuthorityAuditReport'),
    execute: describeCertificateAuthorityAuditReport,
  }),
  GetCertificate: defineAction({
    input: getCertificateInput,
    errors: [...UNFIT, 'RequestInProgressException'],
    access: accessToAuthority('GetCertificate'),
    execute: getCertificate,
  }),
  GetCertificateAuthorityCertificate: defineAction({
    input: getCertificateAuthorityCertificateInput,
    errors: [...NOT_FOUND, 'InvalidStateException'],
    access: accessToAuthority('GetCertificateAuthorityCertificate'),
    execute: getCertificateAuthorityCertificate,
  }),
  GetCertificateAuthorityCsr: defineAction({
    input: getCertificateAuthorityCsrInput,
    errors: [...UNFIT, 'RequestInProgressException'],
    access: accessToAuthority('GetCertificateAuthorityCsr'),
    execute: getCertificateAuthorityCsr,
  }),
  GetPolicy: defineAction({
    input: getPolicyInput,
    errors: [...UNFIT],
    access: accessToResource('GetPolicy'),
    execute: getPolicy,
  }),
  ImportCertificateAuthorityCertificate: defineAction({
    input: importCertificateAuthorityCertificateInput,
    errors: [
      ...UNFIT,
      'CertificateMismatchException',
      'ConcurrentModificationException',
      'InvalidRequestException',
      'MalformedCertificateException',
      'RequestInProgressException',
    ],
    access: accessToAuthority('ImportCertificateAuthorityCertificate'),
    execute: importCertificateAuthorityCertificate,
  }),
  IssueCertificate: defineAction({
    input: issueCertificateInput,
    errors: [
      ...NOT_FOUND,
      'InvalidArgsException',
      'InvalidStateException',
      'LimitExceededException',
      'MalformedCSRException',
    ],
    access: accessToIssue,
    execute: issueCertificate,
  }),
  ListCertificateAuthorities: defineAction({
    input: listCertificateAuthoritiesInput,
    errors: ['InvalidNextTokenException'],
    access: accessToAll('ListCertificateAuthorities'),
    execute: listCertificateAuthorities,
  }),
  ListPermissions: defineAction({
    input: listPermissionsInput,
    errors: [...UNFIT, 'InvalidNextTokenException'],
    access: accessToAuthority('ListPermissions'),
    execute: listPermissions,
  }),
  ListTags: defineAction({
    input: listTagsInput,
    errors: [...UNFIT],
    access: accessToAuthority('ListTags'),
    execute: listTags,
  }),
  PutPolicy: defineAction({
    input: putPolicyInput,
    errors: [
      ...UNFIT,
      'ConcurrentModificationException',
      'InvalidPolicyException',
      'LockoutPreventedException',
    ],
    access: accessToResource('PutPolicy'),
    execute: putPolicy,
  }),
  RestoreCertificateAuthority: defineAction({
    input: restoreCertificateAuthorityInput,
    errors: [...NOT_FOUND, 'InvalidStateException'],
    access: accessToAuthority('RestoreCertificateAuthority'),
    execute: restoreCertificateAuthority,
  }),
  RevokeCertificate: defineAction({
    input: revokeCertificateInput,
    errors: [
      ...UNFIT,
      'ConcurrentModificationException',
      'InvalidRequestException',
      'LimitExceededException',
      'RequestAlreadyProcessedException',
      'RequestInProgressException',
    ],
    access: accessToAuthority('RevokeCertificate'),
    execute: revokeCertificate,
  }),
  TagCertificateAuthority: defineAction({
    input: tagCertificateAuthorityInput,
    errors: [...NOT_FOUND, 'InvalidStateException', 'InvalidTagException', 'TooManyTagsException'],
    access: accessToTag,
    execute: tagCertificateAuthority,
  }),
  UntagCertificateAuthority: defineAction({
    input: untagCertificateAuthorityInput,
    errors: [...NOT_FOUND, 'InvalidStateException', 'InvalidTagException'],
    access: accessToUntag,
    execute: untagCertificateAuthority,
  }),
  UpdateCertificateAuthority: defineAction({
    input: updateCertificateAuthorityInput,
    errors: [
      ...NOT_FOUND,
      'ConcurrentModificationException',
      'InvalidArgsException',
      'InvalidPolicyException',
      'InvalidStateException',
    ],
    access: accessToAuthority('UpdateCertificateAuthority'),
    execute: updateCertificateAuthority,
  }),
} as const;

export type ActionName = keyof typeof ACTIONS;
