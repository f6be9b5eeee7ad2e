import { formatName } from '../../x509/distinguished-name.ts';
import { parseCertificate } from '../../x509/parse-certificate.ts';
import { templateArnOf } from '../issuing/templates.ts';
import { certificateArn } from '../model/private-ca-arns.ts';
import type { AuthorityRecord } from '../records/authority-record.ts';
import type { IssuedRecord } from '../records/certificate-record.ts';
import type { AuditReportFormat } from './audit-report-record.ts';

/**
 * The members of an entry, in the order of the AWS Private CA user guide, "Using audit reports with
 * your private CA".
 */
const MEMBERS = [
  'awsAccountId',
  'requestedByServicePrincipal',
  'certificateArn',
  'serial',
  'subject',
  'notBefore',
  'notAfter',
  'issuedAt',
  'revokedAt',
  'revocationReason',
  'templateArn',
] as const;

/** JSON omits absent members; CSV leaves them empty. */
export type AuditReportEntry = Readonly<Partial<Record<(typeof MEMBERS)[number], string>>>;

/** @param serial 32 lower-case hexadecimal digits */
export function auditReportEntry(
  { arn, accountId }: AuthorityRecord,
  serial: string,
  { certificate, issuedAt, templateName, revocation }: IssuedRecord,
): AuditReportEntry {
  const { subject, notBefore, notAfter } = parseCertificate(certificate);
  return {
    awsAccountId: accountId,
    certificateArn: certificateArn(arn, serial),
    serial: serial.replace(/..(?=.)/g, '$&:'),
    subject: formatName(subject),
    notBefore: timeText(notBefore),
    notAfter: timeText(notAfter),
    issuedAt: timeText(new Date(issuedAt)),
    ...(revocation && {
      revokedAt: timeText(new Date(revocation.revokedAt)),
      revocationReason: revocation.reason,
    }),
    templateArn: templateArnOf(templateName),
  };
}

/**
 * The text of a report in pieces: a JSON array, or CSV (RFC 4180 except for its line ends) with a
 * header.
 */
export async function* auditReportText(
  format: AuditReportFormat,
  entries: AsyncIterable<AuditReportEntry>,
): AsyncIterable<string> {
  if (format === 'CSV') {
    yield csvLine(MEMBERS);
    for await (const entry of entries) yield csvLine(MEMBERS.map((member) => entry[member] ?? ''));
    return;
  }
  let separator = '[';
  for await (const entry of entries) {
    yield `${separator}\n${JSON.stringify(entry, null, 2)}`;
    separator = ',';
  }
  yield separator === '[' ? '[]\n' : '\n]\n';
}

function csvLine(values: readonly string[]): string {
  return `${values.map(csvValue).join(',')}\n`;
}

function csvValue(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Such as 2020-02-26T18:39:57+0000. */
function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19)}+0000`;
}
