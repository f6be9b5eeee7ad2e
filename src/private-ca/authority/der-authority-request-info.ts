import { basicConstraintsExtension } from '../../x509/basic-constraints.ts';
import { derCertificationRequestInfo } from '../../x509/build-certification-request.ts';
import { derAsn1Subject } from '../model/asn1-subject.ts';
import { readCsrExtensions } from '../model/csr-extensions.ts';
import type { StoredAuthority } from '../records/authority-record.ts';

/**
 * The CertificationRequestInfo of an authority's CSR, DER.
 * @throws AwsError InvalidArgsException when the subject or an extension cannot be encoded
 */
export function derAuthorityRequestInfo(
  { subject, csrExtensions = {} }: Pick<StoredAuthority, 'subject' | 'csrExtensions'>,
  subjectPublicKeyInfo: Uint8Array,
): Uint8Array {
  return derCertificationRequestInfo({
    subject: derAsn1Subject(subject),
    subjectPublicKeyInfo,
    extensions: [
      basicConstraintsExtension({ ca: true }, true),
      ...readCsrExtensions(csrExtensions),
    ],
  });
}
