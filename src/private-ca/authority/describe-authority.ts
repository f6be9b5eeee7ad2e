import { omitUndefined } from '../../omit-undefined.ts';
import { type Asn1Subject, asn1SubjectSchema } from '../model/asn1-subject.ts';
import { type CsrExtensions, csrExtensionsSchema } from '../model/csr-extensions.ts';
import {
  changeRevocation,
  type RevocationConfiguration,
  revocationConfigurationSchema,
} from '../model/revocation-configuration.ts';
import { isUnfinished, type StoredAuthority } from '../records/authority-record.ts';
import { type AuthorityStatus, authorityStatus } from './authority-status.ts';

/** CertificateAuthority of the API model. */
export interface CertificateAuthorityDescription {
  readonly Arn: string;
  readonly OwnerAccount: string;
  readonly CreatedAt: Date;
  readonly LastStateChangeAt: Date;
  readonly Type: StoredAuthority['type'];
  readonly Status: AuthorityStatus;
  /** Only of a FAILED authority. */
  readonly FailureReason?: string;
  /** Decimal. This member and the next two are present once a certificate is installed. */
  readonly Serial?: string;
  readonly NotBefore?: Date;
  readonly NotAfter?: Date;
  /** Only of a DELETED authority. */
  readonly RestorableUntil?: Date;
  readonly CertificateAuthorityConfiguration: {
    readonly KeyAlgorithm: string;
    readonly SigningAlgorithm: string;
    readonly Subject: Asn1Subject;
    readonly CsrExtensions?: CsrExtensions;
  };
  readonly RevocationConfiguration: RevocationConfiguration;
  readonly KeyStorageSecurityStandard: string;
  readonly UsageMode: string;
}

/**
 * Without members that only a later version knows.
 * @param now milliseconds since the epoch
 */
export function describeAuthority(
  authority: StoredAuthority,
  now: number,
): CertificateAuthorityDescription {
  const { csrExtensions, revocation } = authority;
  return {
    Arn: authority.arn,
    OwnerAccount: authority.accountId,
    CreatedAt: new Date(authority.createdAt),
    LastStateChangeAt: new Date(authority.lastStateChangeAt),
    Type: authority.type,
    Status: authorityStatus(authority, now),
    ...describeProgress(authority),
    CertificateAuthorityConfiguration: {
      KeyAlgorithm: authority.keyAlgorithm,
      SigningAlgorithm: authority.signingAlgorithm,
      Subject: asn1SubjectSchema.parse(authority.subject),
      ...(csrExtensions && { CsrExtensions: csrExtensionsSchema.parse(csrExtensions) }),
    },
    RevocationConfiguration: revocationConfigurationSchema.parse(
      changeRevocation(revocation, undefined),
    ),
    KeyStorageSecurityStandard:
      authority.keyStorageSecurityStandard ?? 'FIPS_140_2_LEVEL_3_OR_HIGHER',
    UsageMode: authority.usageMode ?? 'GENERAL_PURPOSE',
  };
}

function describeProgress(authority: StoredAuthority) {
  if (isUnfinished(authority)) return omitUndefined({ FailureReason: authority.failureReason });
  const { installed, deletion } = authority;
  return {
    ...(installed && {
      Serial: BigInt(`0x${installed.serialNumber}`).toString(),
      NotBefore: new Date(installed.notBefore),
      NotAfter: new Date(installed.notAfter),
    }),
    ...(deletion && { RestorableUntil: new Date(deletion.restorableUntil) }),
  };
}
