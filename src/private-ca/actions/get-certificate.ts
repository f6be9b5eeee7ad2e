import { z } from 'zod';
import { joinPem } from '../../asn1/pem.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { getEntry } from '../../store/collection.ts';
import { findAuthority } from '../authority/find-authority.ts';
import { issuerCertificate } from '../issuing/former-certificates.ts';
import { findTemplate, templateArnOf } from '../issuing/templates.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { notFound, serialOf } from '../model/private-ca-arns.ts';
import { authorityPartition } from '../records/authority-record.ts';
import { certificates } from '../records/certificate-record.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  CertificateArn: arnSchema,
});

export interface GetCertificateOutput {
  /** PEM. */
  readonly Certificate: string;
  /**
   * PEM, from the certificate of the issuer under which it verifies up to the root; absent for a
   * root's own certificate.
   */
  readonly CertificateChain?: string;
}

/**
 * @throws AwsError RequestInProgressException for a certificate that is not signed yet, and others
 */
export const getCertificate = defineAction({
  input,
  errors: [...WRONG_STATUS_ERRORS, 'RequestInProgressException'],
  access: accessToAuthority('GetCertificate'),
  execute: async (ca, input): Promise<GetCertificateOutput> => {
    const { CertificateAuthorityArn: arn, CertificateArn } = input;
    const { value: authority } = await findAuthority(ca, arn, 'getIssued');
    const serial = serialOf(arn, CertificateArn);
    const entry = await getEntry(ca.store, authorityPartition(authority.id), certificates, serial);
    if (entry === undefined) throw notFound('certificate', CertificateArn);
    if (entry.value.state === 'issuing') {
      const message = `The certificate ${CertificateArn} is being issued`;
      throw new AwsError('RequestInProgressException', message);
    }
    const { certificate, templateName } = entry.value;
    const { selfSigned } = findTemplate(templateArnOf(templateName));
    const pem = { Certificate: pemOf([certificate]) };
    if (selfSigned || authority.installed === undefined) return pem;
    const { certificate: issuer, chain } = issuerCertificate(authority, certificate);
    return { ...pem, CertificateChain: pemOf([issuer, ...chain]) };
  },
});

function pemOf(certificates: readonly Uint8Array[]): string {
  return joinPem('CERTIFICATE', certificates);
}
