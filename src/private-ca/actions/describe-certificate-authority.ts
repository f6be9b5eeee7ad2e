import { z } from 'zod';
import { arnSchema } from '../api-schemas.ts';
import type { Asn1Subject } from '../asn1-subject.ts';
import type { AuthorityRecord, AuthorityStatus } from '../authority-record.ts';
import { authorityStatus } from '../authority-record.ts';
import { findAuthority } from '../find-authority.ts';
import type { PrivateCa } from '../private-ca.ts';

export const describeCertificateAuthorityInput = z.strictObject({
  CertificateAuthorityArn: arnSchema,
});

/** CertificateAuthority of the API model. */
export interface CertificateAuthorityDescription {
  readonly Arn: string;
  readonly OwnerAccount: string;
  readonly CreatedAt: Date;
  readonly LastStateChangeAt: Date;
  readonly Type: 'ROOT';
  readonly Status: AuthorityStatus;
  /** Decimal. This member and the next two are there once a certificate is installed. */
  readonly Serial?: string;
  readonly NotBefore?: Date;
  readonly NotAfter?: Date;
  readonly CertificateAuthorityConfiguration: {
    readonly KeyAlgorithm: string;
    readonly SigningAlgorithm: string;
    readonly Subject: Asn1Subject;
  };
  readonly RevocationConfiguration: {
    readonly CrlConfiguration: { readonly Enabled: boolean };
    readonly OcspConfiguration: { readonly Enabled: boolean };
  };
  readonly KeyStorageSecurityStandard: string;
  readonly UsageMode: string;
}

/** DescribeCertificateAuthority. @throws AwsError InvalidArnException, ResourceNotFoundException */
export async function describeCertificateAuthority(
  ca: PrivateCa,
  input: z.infer<typeof describeCertificateAuthorityInput>,
): Promise<{ readonly CertificateAuthority: CertificateAuthorityDescription }> {
  const { value: authority } = await findAuthority(ca, input.CertificateAuthorityArn);
  return {
    CertificateAuthority: {
      Arn: authority.arn,
      OwnerAccount: authority.accountId,
      CreatedAt: new Date(authority.createdAt),
      LastStateChangeAt: new Date(authority.lastStateChangeAt),
      Type: authority.type,
      Status: authorityStatus(authority, ca.clock()),
      ...describeInstalled(authority),
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: authority.keyAlgorithm,
        SigningAlgorithm: authority.signingAlgorithm,
        Subject: authority.subject,
      },
      RevocationConfiguration: {
        CrlConfiguration: { Enabled: false },
        OcspConfiguration: { Enabled: false },
      },
      KeyStorageSecurityStandard: 'FIPS_140_2_LEVEL_3_OR_HIGHER',
      UsageMode: 'GENERAL_PURPOSE',
    },
  };
}

function describeInstalled({ installed }: AuthorityRecord) {
  if (installed === undefined) return {};
  return {
    Serial: BigInt(`0x${installed.serialNumber}`).toString(),
    NotBefore: new Date(installed.notBefore),
    NotAfter: new Date(installed.notAfter),
  };
}
