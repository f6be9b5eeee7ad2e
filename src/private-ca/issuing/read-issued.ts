import { AwsError } from '../../aws-wire/aws-error.ts';
import { getEntry } from '../../store/collection.ts';
import { findAuthority, type LookupContext } from '../authority/find-authority.ts';
import { notFound, serialOf } from '../model/private-ca-arns.ts';
import { authorityPartition } from '../records/authority-record.ts';
import { certificates } from '../records/certificate-record.ts';
import { issuerCertificate } from './former-certificates.ts';
import { findTemplate, templateArnOf } from './templates.ts';

interface IssuedWithChain {
  /** DER. */
  readonly certificate: Uint8Array;
  /**
   * From the certificate of the issuer under which it verifies up to the root, DER each; empty for
   * a root's own certificate.
   */
  readonly chain: readonly Uint8Array[];
}

/**
 * A certificate that the authority has issued.
 * @throws AwsError RequestInProgressException for a certificate that is not signed yet;
 *   ResourceNotFoundException, InvalidArnException, InvalidStateException
 */
export async function readIssued(
  ca: LookupContext,
  authorityArn: string,
  certificateArn: string,
): Promise<IssuedWithChain> {
  const { value: authority } = await findAuthority(ca, authorityArn, 'getIssued');
  const serial = serialOf(authorityArn, certificateArn);
  const entry = await getEntry(ca.store, authorityPartition(authority.id), certificates, serial);
  if (entry === undefined) throw notFound('certificate', certificateArn);
  if (entry.value.state === 'issuing') {
    const message = `The certificate ${certificateArn} is being issued`;
    throw new AwsError('RequestInProgressException', message);
  }
  const { certificate, templateName } = entry.value;
  const { selfSigned } = findTemplate(templateArnOf(templateName));
  if (selfSigned || authority.installed === undefined) return { certificate, chain: [] };
  const issuer = issuerCertificate(authority, certificate);
  return { certificate, chain: [issuer.certificate, ...issuer.chain] };
}
