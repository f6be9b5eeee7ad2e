import { AwsError, type AwsErrorCode } from '../../aws-wire/aws-error.ts';
import type { StoredAuthority } from '../records/authority-record.ts';

export type AuthorityStatus = StoredAuthority['status'] | 'EXPIRED';

/**
 * The status that the API shows: an ACTIVE or DISABLED authority is EXPIRED once its certificate
 * has expired.
 * @param now milliseconds since the epoch
 */
export function authorityStatus(authority: StoredAuthority, now: number): AuthorityStatus {
  const { status } = authority;
  if (status !== 'ACTIVE' && status !== 'DISABLED') return status;
  const { installed } = authority;
  return installed !== undefined && installed.notAfter < now ? 'EXPIRED' : status;
}

interface StatusRule {
  readonly allowed: readonly AuthorityStatus[];
  /** Tools match on this text: AWS's, where it is known. */
  readonly refusal: string;
  /** Error codes of the statuses that are not refused by InvalidStateException. */
  readonly codes?: Readonly<Partial<Record<AuthorityStatus, AwsErrorCode>>>;
}

const NOT_ISSUING = 'The certificate authority is not in a valid state for issuing certificates';
const NO_REQUEST =
  'The certificate authority <arn> is not in the correct state to have a certificate signing request.';
const NOT_UPDATED =
  'The certificate authority must be in the ACTIVE or DISABLED state to be updated';
const DELETED =
  'The certificate authority is in the DELETED state and must be restored to complete this action.';

/**
 * The statuses that each use of an authority is allowed in (AWS Private CA user guide, "Certificate
 * authority status and CA lifecycle"). DescribeCertificateAuthority is allowed in all of them.
 */
const STATUS_RULES = {
  issue: { allowed: ['ACTIVE'], refusal: NOT_ISSUING },
  /** A root issues its own certificate, which makes it ACTIVE. */
  issueRootCertificate: {
    allowed: ['PENDING_CERTIFICATE', 'ACTIVE', 'EXPIRED'],
    refusal: NOT_ISSUING,
  },
  getIssued: {
    allowed: ['PENDING_CERTIFICATE', 'ACTIVE', 'DISABLED', 'EXPIRED'],
    refusal:
      'The certificate authority <arn> is not in the correct state to have issued certificates.',
  },
  revoke: {
    allowed: ['ACTIVE', 'DISABLED'],
    refusal:
      'The certificate authority must be in the ACTIVE or DISABLED state to revoke certificates',
  },
  report: {
    allowed: ['ACTIVE', 'DISABLED'],
    refusal:
      'The certificate authority must be in the ACTIVE or DISABLED state to create an audit report',
  },
  signRevocationStatus: {
    allowed: ['ACTIVE', 'DISABLED'],
    refusal: 'The certificate authority must be in the ACTIVE or DISABLED state to sign CRLs',
  },
  getCsr: {
    allowed: ['PENDING_CERTIFICATE', 'ACTIVE', 'DISABLED', 'EXPIRED'],
    refusal: NO_REQUEST,
    codes: { CREATING: 'RequestInProgressException', FAILED: 'RequestFailedException' },
  },
  // AWS mentions the request here too.
  getCertificate: { allowed: ['ACTIVE', 'DISABLED', 'EXPIRED'], refusal: NO_REQUEST },
  importCertificate: {
    allowed: ['PENDING_CERTIFICATE', 'ACTIVE', 'EXPIRED'],
    refusal: 'The certificate authority is not in a valid state for importing a certificate.',
    codes: { CREATING: 'RequestInProgressException' },
  },
  update: { allowed: ['ACTIVE', 'DISABLED'], refusal: NOT_UPDATED },
  /** AWS's reference says ACTIVE or DISABLED; AWS accepts it before the first certificate too. */
  configureRevocation: {
    allowed: ['PENDING_CERTIFICATE', 'ACTIVE', 'DISABLED'],
    refusal: NOT_UPDATED,
  },
  delete: {
    allowed: ['CREATING', 'PENDING_CERTIFICATE', 'DISABLED', 'EXPIRED', 'FAILED'],
    refusal: 'The certificate authority is not in a valid state for deletion.',
  },
  restore: {
    allowed: ['DELETED'],
    refusal: 'The certificate authority must be in the DELETED state to be restored.',
  },
  /** Tags, permissions and policies. */
  administer: {
    allowed: ['CREATING', 'PENDING_CERTIFICATE', 'ACTIVE', 'DISABLED', 'EXPIRED', 'FAILED'],
    refusal: DELETED,
  },
} as const satisfies Readonly<Record<string, StatusRule>>;

export type AuthorityUse = keyof typeof STATUS_RULES;

/** The use that issuing from a template is. A self-signed template makes a root ACTIVE. */
export function issuingUse({ selfSigned }: { readonly selfSigned: boolean }): AuthorityUse {
  return selfSigned ? 'issueRootCertificate' : 'issue';
}

/** @param now milliseconds since the epoch */
export function statusAllows(authority: StoredAuthority, use: AuthorityUse, now: number): boolean {
  const { allowed }: StatusRule = STATUS_RULES[use];
  return allowed.includes(authorityStatus(authority, now));
}

/** @throws AwsError InvalidStateException, or the code that the table gives for the status */
export function requireStatus(authority: StoredAuthority, use: AuthorityUse, now: number): void {
  if (statusAllows(authority, use, now)) return;
  const { refusal, codes }: StatusRule = STATUS_RULES[use];
  const code = codes?.[authorityStatus(authority, now)] ?? 'InvalidStateException';
  throw new AwsError(code, refusal.replace('<arn>', authority.arn));
}
