import { z } from 'zod';
import { AwsError, type AwsErrorCode } from '../../aws-wire/aws-error.ts';
import { type Entry, getEntry, putEntry, replaceEntry } from '../../store/collection.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { findAuthority } from '../authority/find-authority.ts';
import { findTemplate, templateArnOf } from '../issuing/templates.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { revocationReasonSchema } from '../model/revocation-reasons.ts';
import { authorityPartition } from '../records/authority-record.ts';
import {
  type CertificateRecord,
  certificateKey,
  certificates,
  type IssuedRecord,
} from '../records/certificate-record.ts';
import { markCrlStale, partitionOfSerial, revocations } from '../revocation/revocation-record.ts';
import { defineAction, WRONG_STATUS_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
  /** Hexadecimal of either case, with or without colons and leading zeros. */
  CertificateSerial: z.string().max(128),
  RevocationReason: revocationReasonSchema,
});

const HEXADECIMAL = /^[0-9a-f]+(:[0-9a-f]+)*$/i;

/**
 * Revokes for good. Once this returns, every process sees the reason by `revocationReasonOf`, and
 * the next CRL that is requested names the certificate.
 * @throws AwsError RequestAlreadyProcessedException the second time, also for one of two concurrent
 *   calls
 */
export const revokeCertificate = defineAction({
  input,
  errors: [
    ...WRONG_STATUS_ERRORS,
    'ConcurrentModificationException',
    'InvalidRequestException',
    'LimitExceededException',
    'RequestAlreadyProcessedException',
    'RequestInProgressException',
  ],
  access: accessToAuthority('RevokeCertificate'),
  execute: async (ca, input) => {
    const { value: authority } = await findAuthority(ca, input.CertificateAuthorityArn, 'revoke');
    const now = ca.clock();
    const serial = readSerial(input.CertificateSerial);
    if (authority.installed && certificateKey(authority.installed.serialNumber) === serial) {
      throw selfSigned();
    }
    const partition = authorityPartition(authority.id);
    const entry = await getEntry(ca.store, partition, certificates, serial);
    const { issued, notAfter } = requireRevocable(entry, input.CertificateSerial, now);
    const revocation = { revokedAt: now, reason: input.RevocationReason };
    const { outcome } = await ca.store.commit(partition, [
      replaceEntry(certificates, issued, { ...issued.value, revocation }),
      putEntry(revocations, serial, { ...revocation, notAfter }),
      markCrlStale(now),
      markCrlStale(now, partitionOfSerial(serial)),
    ]);
    // Revoking is the only change to an issued certificate, so another call has revoked it.
    if (outcome === 'conflict') throw alreadyRevoked(input.CertificateSerial);
  },
});

/** The model has no pattern for it, so a bad one is no ValidationException. */
function readSerial(text: string): string {
  if (HEXADECIMAL.test(text)) return certificateKey(text.replaceAll(':', ''));
  throw refused('The serial number of the certificate is not hexadecimal');
}

interface Revocable {
  readonly issued: Entry<IssuedRecord>;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

function requireRevocable(
  entry: Entry<CertificateRecord> | undefined,
  serial: string,
  now: number,
): Revocable {
  if (entry === undefined) {
    throw failed('ResourceNotFoundException', `Could not find certificate ${serial}`);
  }
  const { value } = entry;
  if (value.state === 'issuing') {
    throw failed('RequestInProgressException', `The certificate ${serial} is being issued`);
  }
  if (findTemplate(templateArnOf(value.templateName)).selfSigned) throw selfSigned();
  if (value.revocation !== undefined) throw alreadyRevoked(serial);
  const notAfter = parseCertificate(value.certificate).notAfter.getTime();
  if (notAfter < now) throw refused(`The certificate ${serial} has expired`);
  return { issued: { ...entry, value }, notAfter };
}

/** The text is AWS's; tools match on it. */
function selfSigned(): AwsError {
  return refused('Self-signed certificate can not be revoked');
}

function alreadyRevoked(serial: string): AwsError {
  const message = `The certificate ${serial} has been revoked already`;
  return failed('RequestAlreadyProcessedException', message);
}

function refused(message: string): AwsError {
  return failed('InvalidRequestException', message);
}

function failed(code: AwsErrorCode, message: string): AwsError {
  return new AwsError(code, message);
}
