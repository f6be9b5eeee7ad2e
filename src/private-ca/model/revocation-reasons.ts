import { z } from 'zod';
import type { CrlReason } from '../../x509/build-crl.ts';

/** RevocationReason of the API, as the reason codes of RFC 5280 section 5.3.1. */
export const REVOCATION_REASONS = {
  UNSPECIFIED: 'unspecified',
  KEY_COMPROMISE: 'keyCompromise',
  CERTIFICATE_AUTHORITY_COMPROMISE: 'cACompromise',
  AFFILIATION_CHANGED: 'affiliationChanged',
  SUPERSEDED: 'superseded',
  CESSATION_OF_OPERATION: 'cessationOfOperation',
  PRIVILEGE_WITHDRAWN: 'privilegeWithdrawn',
  A_A_COMPROMISE: 'aACompromise',
} as const satisfies Readonly<Record<string, CrlReason>>;

export type RevocationReason = keyof typeof REVOCATION_REASONS;

export const revocationReasonSchema = z.enum(Object.keys(REVOCATION_REASONS) as [RevocationReason]);
