import { OID } from '../../asn1/object-identifiers.ts';
import { extensionValue } from '../../x509/extensions.ts';
import { keyIdentifierOf, parseSubjectKeyIdentifier } from '../../x509/key-identifier.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import type { AuthorityRecord, InstalledCertificate } from './authority-record.ts';

/** The certificate of an authority that is ACTIVE, DISABLED or EXPIRED. */
export function requireInstalled({ id, installed }: AuthorityRecord): InstalledCertificate {
  if (installed === undefined) throw new Error(`the authority ${id} has no certificate`);
  return installed;
}

/**
 * The stored form of an authority's own certificate.
 * @param chain from its issuer up to the root
 * @throws DecodeError when its subjectKeyIdentifier is malformed
 */
export function installedCertificate(
  certificate: Certificate,
  chain: readonly Certificate[],
): InstalledCertificate {
  const { der, subject, subjectPublicKeyInfo } = certificate;
  const identifier = extensionValue(certificate, OID.subjectKeyIdentifier);
  return {
    certificate: der,
    chain: chain.map((issuer) => issuer.der),
    subject,
    serialNumber: Buffer.from(certificate.serialNumber)
      .toString('hex')
      .replace(/^0+(?=.)/, ''),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
    keyIdentifier: identifier
      ? parseSubjectKeyIdentifier(identifier)
      : keyIdentifierOf(subjectPublicKeyInfo),
  };
}
