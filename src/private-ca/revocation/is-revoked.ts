import { getEntry } from '../../store/collection.ts';
import { findAuthority, type LookupContext } from '../authority/find-authority.ts';
import { authorityPartition } from '../records/authority-record.ts';
import { certificateKey, certificates } from '../records/certificate-record.ts';

/**
 * Whether the authority has revoked the certificate with this serial number (content octets of the
 * INTEGER); false for a certificate that it did not issue. Every process sees a revocation as soon
 * as RevokeCertificate has answered.
 * @throws AwsError InvalidArnException, ResourceNotFoundException for the authority
 */
export async function isRevoked(
  ca: LookupContext,
  authorityArn: string,
  serialNumber: Uint8Array,
): Promise<boolean> {
  const { value: authority } = await findAuthority(ca, authorityArn);
  const key = certificateKey(Buffer.from(serialNumber).toString('hex'));
  const entry = await getEntry(ca.store, authorityPartition(authority.id), certificates, key);
  return entry?.value.state === 'issued' && entry.value.revocation !== undefined;
}
