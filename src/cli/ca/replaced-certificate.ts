import { DecodeError } from '../../asn1/decode-error.ts';
import { OID } from '../../asn1/object-identifiers.ts';
import { decodePem } from '../../asn1/pem.ts';
import { parseBasicConstraints } from '../../x509/basic-constraints.ts';
import { extensionValue } from '../../x509/extensions.ts';
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import { ApiError } from '../api/api-error.ts';
import type { PrivateCaClient } from '../api/private-ca-service.ts';
import { readAnswer } from '../api-command/api-answers.ts';
import { formatTable, formatTime } from '../api-command/format-table.ts';
import { certificateAnswer } from './ca-answers.ts';

/** A CA's certificate, with what a renewal keeps. */
export interface CaCertificate extends Pick<Certificate, 'notBefore' | 'notAfter'> {
  readonly serialNumber: string;
  /** Undefined for no limit. */
  readonly pathLength: number | undefined;
}

/** Reads the certificate that a CA has. @throws ApiError when it has none, or it is malformed */
export async function readCaCertificate(api: PrivateCaClient, arn: string): Promise<CaCertificate> {
  const own = { CertificateAuthorityArn: arn };
  const answer = await api.call('GetCertificateAuthorityCertificate', own);
  try {
    const { Certificate } = readAnswer(certificateAnswer, answer);
    const [certificate] = decodePem('CERTIFICATE', Certificate).map(parseCertificate);
    if (certificate !== undefined) return describe(certificate);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new ApiError('the server returned no certificate of the CA');
}

function describe(certificate: Certificate): CaCertificate {
  const { notBefore, notAfter, serialNumber } = certificate;
  const constraints = extensionValue(certificate, OID.basicConstraints);
  return {
    notBefore,
    notAfter,
    serialNumber: Buffer.from(serialNumber).toString('hex').toUpperCase().replace(/^0+/, ''),
    pathLength: constraints && parseBasicConstraints(constraints).pathLength,
  };
}

/** A table with the certificate that was replaced, and the one that has taken its place. */
export function formatReplacement(before: CaCertificate, after: CaCertificate): string {
  const row = (name: string, { notBefore, notAfter, pathLength, serialNumber }: CaCertificate) => [
    ...[name, formatTime(notBefore), formatTime(notAfter)],
    ...[pathLength === undefined ? 'no limit' : String(pathLength), serialNumber],
  ];
  const head = ['', 'not before', 'not after', 'path length', 'serial'];
  return formatTable(head, [row('old', before), row('new', after)]);
}
