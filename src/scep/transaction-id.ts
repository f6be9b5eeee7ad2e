import { createHash } from 'node:crypto';

/**
 * The transactionID of an enrolment: SHA-256 of the SubjectPublicKeyInfo in hexadecimal (RFC 8894 section 3.2.1.1). A repeated
 * request has the same, so a server can tell a retry from a new enrolment. On a renewal the certificate to
 * renew is hashed after it: the key may stay the same, the transaction may not.
 */
export function transactionIdOf(
  subjectPublicKeyInfo: Uint8Array,
  renewedCertificate: Uint8Array = new Uint8Array(),
): string {
  return createHash('sha256').update(subjectPublicKeyInfo).update(renewedCertificate).digest('hex');
}
