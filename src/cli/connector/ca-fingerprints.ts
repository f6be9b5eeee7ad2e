import { createHash } from 'node:crypto';
import { isAuthority } from '../../scep/certificate-roles.ts';
import { parseCaCertificates } from '../../scep/read-ca-certificates.ts';
import { formatName } from '../../x509/distinguished-name.ts';
import { isSelfIssued } from '../../x509/is-same-name.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import { formatTable } from '../api-command/format-table.ts';
import { readingReply, ScepClientError } from '../scep-client/scep-client-error.ts';
import { type ScepServer, sendScepOperation } from '../scep-client/send-scep-operation.ts';

/** What the set-up of each client asks for, by the makers' documentation. */
const WANTED = [
  ['Windows, Intune (CAThumbprint)', 'SHA-1', 'the certificate of the profile, usually the root'],
  ['Apple profile, Jamf (CAFingerprint)', 'SHA-1', 'the CA'],
  ['NDES, as tools read it', 'MD5', 'the root'],
  ['Cisco IOS (trustpoint fingerprint)', 'MD5 or SHA-1', 'the CA'],
  ['H3C, HPE Comware (root-certificate)', 'MD5 or SHA-1', 'the root'],
  ['scep-connector (--ca-fingerprint)', 'SHA-256', 'the CA'],
] as const;

/**
 * The fingerprints of the certificates that GetCACert gives, and which client wants which.
 * @throws ScepClientError when the server cannot be reached, or its reply cannot be read
 */
export async function caFingerprints(server: ScepServer): Promise<string> {
  const reply = await sendScepOperation(server, { operation: 'GetCACert', method: 'GET' });
  if (reply.status !== 200) throw new ScepClientError(`GetCACert failed: HTTP ${reply.status}`);
  const certificates = readingReply('GetCACert', () =>
    parseCaCertificates(reply.body, reply.contentType),
  );
  const rows = certificates.flatMap((certificate) => [
    [
      `${roleOf(certificate)} ${formatName(certificate.subject)}`,
      'SHA-256',
      digest('sha256', certificate),
    ],
    ['', 'SHA-1', digest('sha1', certificate)],
    ['', 'MD5', digest('md5', certificate)],
  ]);
  const wanted = WANTED.map((row) => [...row]);
  return [
    formatTable(['certificate of GetCACert', 'digest', 'fingerprint'], rows),
    formatTable(['client', 'digest', 'of'], wanted),
  ].join('\n');
}

function roleOf(certificate: Certificate): string {
  if (!isAuthority(certificate)) return 'RA';
  return isSelfIssued(certificate) ? 'root' : 'CA';
}

function digest(name: 'sha256' | 'sha1' | 'md5', { der }: Certificate): string {
  return createHash(name).update(der).digest('hex');
}
