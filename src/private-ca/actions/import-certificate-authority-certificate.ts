import { z } from 'zod';
import { DecodeError } from '../../asn1/decode-error.ts';
import { equalBytes } from '../../asn1/equal-bytes.ts';
import { decodePem } from '../../asn1/pem.ts';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { blobSchema } from '../../aws-wire/deserialize-input.ts';
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import { findAuthority } from '../authority/find-authority.ts';
import { noteIssuerKey } from '../authority/issuer-keys.ts';
import { replaceAuthority } from '../authority/replace-authority.ts';
import { checkAuthorityCertificate } from '../issuing/check-authority-certificate.ts';
import {
  checkRootCertificate,
  checkSubordinateChain,
  LONGEST_CHAIN,
} from '../issuing/check-authority-chain.ts';
import { formerCertificates } from '../issuing/former-certificates.ts';
import { arnSchema } from '../model/api-schemas.ts';
import type { AuthorityRecord, InstalledCertificate } from '../records/authority-record.ts';
import { installedCertificate } from '../records/installed-certificate.ts';
import { markCrlStale } from '../revocation/revocation-record.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  Certificate: blobSchema({ min: 1, max: 32_768 }),
  CertificateChain: blobSchema({ min: 0, max: 2_097_152 }).optional(),
});

type Input = z.infer<typeof input>;

/**
 * Makes the authority ACTIVE, with its first certificate or a new one.
 * @throws AwsError CertificateMismatchException, MalformedCertificateException,
 *   InvalidRequestException, InvalidStateException, ConcurrentModificationException, and others
 */
export const importCertificateAuthorityCertificate = defineAction({
  input,
  errors: [
    ...WRONG_STATUS_ERRORS,
    'CertificateMismatchException',
    'ConcurrentModificationException',
    'InvalidRequestException',
    'MalformedCertificateException',
    'RequestInProgressException',
  ],
  access: accessToAuthority('ImportCertificateAuthorityCertificate'),
  execute: async (ca, input) => {
    const entry = await findAuthority(ca, input.CertificateAuthorityArn, 'importCertificate');
    const { value: authority } = entry;
    const now = ca.clock();
    const installed = readCertificates(input, authority, now);
    const formerly = formerCertificates(authority, installed);
    const imported: AuthorityRecord = {
      ...authority,
      ...(formerly.length > 0 && { formerly }),
      // An authority that was disabled before its certificate expired stays DISABLED.
      status: authority.status === 'DISABLED' ? 'DISABLED' : 'ACTIVE',
      installed,
      lastStateChangeAt: now,
    };
    await noteIssuerKey(ca, authority);
    // The CRL repeats names of this certificate, so it must be built again.
    await replaceAuthority(ca, entry, imported, markCrlStale(now));
  },
});

function readCertificates(
  input: Input,
  authority: AuthorityRecord,
  now: number,
): InstalledCertificate {
  try {
    const [certificate, ...others] = readPem(input.Certificate);
    if (certificate === undefined || others.length > 0) {
      throw new DecodeError('it is not one certificate');
    }
    checkCertificate(certificate, authority, now);
    const chain = readChain(input.CertificateChain ?? Buffer.alloc(0), authority);
    if (authority.type === 'ROOT') checkRootCertificate(certificate);
    else checkSubordinateChain(certificate, chain);
    for (const each of [certificate, ...chain]) checkAuthorityCertificate(each);
    return installedCertificate(certificate, chain);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const message = `The certificate is refused: ${error.message}`;
    throw new AwsError('MalformedCertificateException', message, {}, { cause: error });
  }
}

function readChain(blob: Uint8Array, { type }: AuthorityRecord): readonly Certificate[] {
  if (blob.length === 0 || type === 'SUBORDINATE') return readPem(blob);
  const message = 'A root certificate authority has no certificate chain';
  throw new AwsError('InvalidRequestException', message);
}

/**
 * Reads at most one certificate more than a chain may have: two megabytes of PEM hold thousands.
 */
function readPem(blob: Uint8Array): readonly Certificate[] {
  const certificates = decodePem('CERTIFICATE', Buffer.from(blob).toString('latin1'));
  return certificates.slice(0, LONGEST_CHAIN + 1).map(parseCertificate);
}

function checkCertificate(certificate: Certificate, authority: AuthorityRecord, now: number): void {
  const { subjectPublicKeyInfo } = authority;
  if (!equalBytes(certificate.subjectPublicKeyInfo, subjectPublicKeyInfo)) {
    const message = 'The certificate is not for the key of the certificate authority';
    throw new AwsError('CertificateMismatchException', message);
  }
  if (certificate.notAfter.getTime() < now) {
    const message = 'The certificate is refused: it has expired';
    throw new AwsError('InvalidRequestException', message);
  }
}
