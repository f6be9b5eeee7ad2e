import { z } from 'zod';
import { DecodeError } from '../../asn1/decode-error.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { decodePem } from '../../asn1/pem.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { putEntry } from '../../store/collection.ts';
import { keyIdentifierOf, parseSubjectKeyIdentifier } from '../../x509/key-identifier.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { arnSchema, blobSchema } from '../api-schemas.ts';
import type { AuthorityRecord, InstalledCertificate } from '../authority-record.ts';
import {
  AUTHORITY_KEY,
  authorities,
  authorityPartition,
  authorityStatus,
} from '../authority-record.ts';
import { checkRootCertificate } from '../check-authority-certificate.ts';
import { findAuthority } from '../find-authority.ts';
import type { PrivateCa } from '../private-ca.ts';
import { markRevocationListStale } from '../revocation-record.ts';

export const importCertificateAuthorityCertificateInput = z.strictObject({
  CertificateAuthorityArn: arnSchema,
  Certificate: blobSchema(32_768),
  CertificateChain: blobSchema(2_097_152).optional(),
});

type Input = z.infer<typeof importCertificateAuthorityCertificateInput>;

/** ImportCertificateAuthorityCertificate: makes the authority ACTIVE. @throws AwsError */
export async function importCertificateAuthorityCertificate(
  ca: PrivateCa,
  input: Input,
): Promise<void> {
  const { value: authority, version } = await findAuthority(ca, input.CertificateAuthorityArn);
  const now = ca.clock();
  if (authorityStatus(authority, now) === 'DISABLED') {
    const message =
      'The certificate authority is not in a valid state for importing a certificate.';
    throw new AwsError('InvalidStateException', message);
  }
  const imported: AuthorityRecord = {
    ...authority,
    // One that was disabled before its certificate expired stays so.
    status: authority.status === 'DISABLED' ? 'DISABLED' : 'ACTIVE',
    installed: readCertificate(input, authority, now),
    lastStateChangeAt: now,
  };
  const { outcome } = await ca.store.commit(authorityPartition(authority.id), [
    putEntry(authorities, AUTHORITY_KEY, imported, { condition: { version } }),
    // A CRL names the authority as its certificate does.
    markRevocationListStale(now),
  ]);
  if (outcome === 'committed') return;
  const message = 'The certificate authority was changed meanwhile; repeat the call';
  throw new AwsError('ConcurrentModificationException', message);
}

function readCertificate(
  { Certificate: blob, CertificateChain: chain }: Input,
  authority: AuthorityRecord,
  now: number,
): InstalledCertificate {
  if (chain !== undefined) {
    const message = 'A root certificate authority has no certificate chain';
    throw new AwsError('InvalidRequestException', message);
  }
  try {
    const [der, ...others] = decodePem('CERTIFICATE', Buffer.from(blob).toString('latin1'));
    if (der === undefined || others.length > 0) throw new DecodeError('it is not one certificate');
    const certificate = parseCertificate(der);
    checkRootCertificate(certificate, authority, now);
    return installedCertificate(certificate);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const message = `The certificate is refused: ${error.message}`;
    throw new AwsError('MalformedCertificateException', message, {}, { cause: error });
  }
}

function installedCertificate(certificate: Certificate): InstalledCertificate {
  const { der, subject, subjectPublicKeyInfo, extensions } = certificate;
  const identifier = extensions.find(({ oid }) => oid === OID.subjectKeyIdentifier);
  return {
    certificate: der,
    subject,
    serialNumber: Buffer.from(certificate.serialNumber)
      .toString('hex')
      .replace(/^0+(?=.)/, ''),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
    keyIdentifier: identifier
      ? parseSubjectKeyIdentifier(identifier.value)
      : keyIdentifierOf(subjectPublicKeyInfo),
  };
}
