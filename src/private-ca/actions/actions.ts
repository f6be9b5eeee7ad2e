import type { Action } from './action.ts';
import { createCertificateAuthority } from './create-certificate-authority.ts';
import { createCertificateAuthorityAuditReport } from './create-certificate-authority-audit-report.ts';
import { createPermission } from './create-permission.ts';
import { deleteCertificateAuthority } from './delete-certificate-authority.ts';
import { deletePermission } from './delete-permission.ts';
import { deletePolicy } from './delete-policy.ts';
import { describeCertificateAuthority } from './describe-certificate-authority.ts';
import { describeCertificateAuthorityAuditReport } from './describe-certificate-authority-audit-report.ts';
import { getCertificate } from './get-certificate.ts';
import { getCertificateAuthorityCertificate } from './get-certificate-authority-certificate.ts';
import { getCertificateAuthorityCsr } from './get-certificate-authority-csr.ts';
import { getPolicy } from './get-policy.ts';
import { importCertificateAuthorityCertificate } from './import-certificate-authority-certificate.ts';
import { issueCertificate } from './issue-certificate.ts';
import { listCertificateAuthorities } from './list-certificate-authorities.ts';
import { listPermissions } from './list-permissions.ts';
import { listTags } from './list-tags.ts';
import { putPolicy } from './put-policy.ts';
import { restoreCertificateAuthority } from './restore-certificate-authority.ts';
import { revokeCertificate } from './revoke-certificate.ts';
import { tagCertificateAuthority } from './tag-certificate-authority.ts';
import { untagCertificateAuthority } from './untag-certificate-authority.ts';
import { updateCertificateAuthority } from './update-certificate-authority.ts';

/** The actions of the AWS Private CA API, under their AWS names. */
export const ACTIONS = {
  CreateCertificateAuthority: createCertificateAuthority,
  CreateCertificateAuthorityAuditReport: createCertificateAuthorityAuditReport,
  CreatePermission: createPermission,
  DeleteCertificateAuthority: deleteCertificateAuthority,
  DeletePermission: deletePermission,
  DeletePolicy: deletePolicy,
  DescribeCertificateAuthority: describeCertificateAuthority,
  DescribeCertificateAuthorityAuditReport: describeCertificateAuthorityAuditReport,
  GetCertificate: getCertificate,
  GetCertificateAuthorityCertificate: getCertificateAuthorityCertificate,
  GetCertificateAuthorityCsr: getCertificateAuthorityCsr,
  GetPolicy: getPolicy,
  ImportCertificateAuthorityCertificate: importCertificateAuthorityCertificate,
  IssueCertificate: issueCertificate,
  ListCertificateAuthorities: listCertificateAuthorities,
  ListPermissions: listPermissions,
  ListTags: listTags,
  PutPolicy: putPolicy,
  RestoreCertificateAuthority: restoreCertificateAuthority,
  RevokeCertificate: revokeCertificate,
  TagCertificateAuthority: tagCertificateAuthority,
  UntagCertificateAuthority: untagCertificateAuthority,
  UpdateCertificateAuthority: updateCertificateAuthority,
} as const satisfies Readonly<Record<string, Action<unknown, unknown>>>;

export type ActionName = keyof typeof ACTIONS;
