import { formatName } from '../../x509/distinguished-name.ts';
import type { Certificate } from '../../x509/parse-certificate.ts';
import type { EnrolResult } from '../scep-client/scep-client.ts';
import type {
  DiscoveredAuthority,
  ScepClientSettings,
} from '../scep-client/scep-client-settings.ts';
import { fingerprintOf } from '../scep-client/trust-ca.ts';
import { printable } from '../terminal/print.ts';
import type { EnrolFiles } from './enrol-files.ts';

type Issued = Extract<EnrolResult, { status: 'issued' }>;

/** The result of an enrolment and the files that it has written. */
export type EnrolReport = {
  readonly keyFile: string;
  /**
   * How to try again if the certificate is pending, such as "the same command with --key key.pem".
   */
  readonly again: string;
} & (Exclude<EnrolResult, Issued> | (Issued & { readonly files: EnrolFiles }));

interface Output {
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
}

/** What the user should know about a server before trusting it with a request. */
export function describeCaution(
  { trust, digest, cipher }: ScepClientSettings,
  { ca, algorithms }: DiscoveredAuthority,
): string[] {
  const top = ca.chain.at(-1) ?? ca.recipient;
  const firstUse = `trusting "${formatName(top.subject)}" without a check. Compare its fingerprint, and next time use --ca-fingerprint ${fingerprintOf(top)}`;
  const weak = [
    ...(digest === undefined && algorithms.digest === 'sha1' ? ['SHA-1'] : []),
    ...(cipher === undefined && algorithms.cipher === '3des' ? ['triple DES'] : []),
  ];
  return [
    ...(trust.kind === 'first-use' ? [firstUse] : []),
    ...(weak.length === 0
      ? []
      : [
          `using ${weak.join(' and ')}, as the server offers nothing better; set --digest, --cipher`,
        ]),
  ];
}

/** Prints the result on standard output, as JSON or as lines, and refusals on standard error. */
export function printReport(report: EnrolReport, json: boolean, { print, warn }: Output): void {
  if (json) print(`${JSON.stringify(reportObject(report), null, 2)}\n`);
  switch (report.status) {
    case 'issued':
      if (!json) print(issuedLines(report));
      break;
    case 'refused':
      warn(`refused: ${report.failInfo}${report.text ? `: ${printable(report.text)}` : ''}\n`);
      break;
    case 'pending':
      warn(
        `pending: the server has not decided yet. Run ${report.again} later, or scep-connector poll\n`,
      );
      break;
  }
}

function reportObject(report: EnrolReport): object {
  const { status, transactionId } = report;
  switch (report.status) {
    case 'pending':
      return { status, transactionId, keyFile: report.keyFile };
    case 'refused': {
      const { failInfo, text } = report;
      return { status, transactionId, failInfo, ...(text && { failInfoText: printable(text) }) };
    }
    case 'issued': {
      const { certificate, chain, keyFile, files } = report;
      const [anchor] = chain.slice(-1);
      return {
        ...{ status, transactionId },
        subject: formatName(certificate.subject),
        issuer: formatName(certificate.issuer),
        serialNumber: serialNumberOf(certificate),
        notBefore: certificate.notBefore.toISOString(),
        notAfter: certificate.notAfter.toISOString(),
        fingerprintSha256: fingerprintOf(certificate),
        ...(anchor && { caFingerprintSha256: fingerprintOf(anchor) }),
        files: { ...files, key: keyFile },
      };
    }
  }
}

function issuedLines({ certificate, keyFile, files }: Extract<EnrolReport, Issued>): string {
  const rows = [
    ['subject', formatName(certificate.subject)],
    ['issuer', formatName(certificate.issuer)],
    ['serial', serialNumberOf(certificate)],
    ['valid until', certificate.notAfter.toISOString()],
    ['key', keyFile],
    ...(files.request === undefined ? [] : [['request', files.request]]),
    ['certificate', files.certificate],
    ['chain', files.chain],
    ['CA', files.ca],
  ];
  return `issued\n${rows.map(([name = '', value]) => `  ${name.padEnd(12)}${value}\n`).join('')}`;
}

/** The serial number as openssl prints it: hexadecimal in upper case. */
function serialNumberOf({ serialNumber }: Certificate): string {
  const hex = Buffer.from(serialNumber).toString('hex').toUpperCase();
  return hex.replace(/^(00)+(?=.)/, '');
}
