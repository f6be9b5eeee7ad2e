import { getEntry } from '../../store/collection.ts';
import type { CrlReason } from '../../x509/build-crl.ts';
import { findAuthority, type LookupContext } from '../authority/find-authority.ts';
import { REVOCATION_REASONS } from '../model/revocation-reasons.ts';
import { authorityPartition } from '../records/authority-record.ts';
import { certificateKey, certificates } from '../records/certificate-record.ts';

/**
 * Why the authority has revoked the certificate with this serial number (content octets of the
 * INTEGER); undefined when it has not, and for a certificate that it did not issue. Every process
 * sees a revocation as soon as RevokeCertificate has answered.
 * @throws AwsError InvalidArnException, ResourceNotFoundException for the authority
 */
export async function revocationReasonOf(
  ca: LookupContext,
  authorityArn: string,
  serialNumber: Uint8Array,
): Promise<CrlReason | undefined> {
  const { value: authority } = await findAuthority(ca, authorityArn);
  const key = certificateKey(Buffer.from(serialNumber).toString('hex'));
  const entry = await getEntry(ca.store, authorityPartition(authority.id), certificates, key);
  const revocation = entry?.value.state === 'issued' ? entry.value.revocation : undefined;
  return revocation && REVOCATION_REASONS[revocation.reason];
}
