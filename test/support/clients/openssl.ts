import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand, runOrThrow } from './run-command.ts';

/** What a certificate signing request asks for. Names are in OpenSSL's own notation. */
export interface RequestContents {
  /** Such as "/C=US/O=Lab/CN=device-1". */
  readonly subject: string;
  /** Such as "DNS:device-1.example,IP:192.0.2.1". */
  readonly subjectAltName?: string;
  /** Such as "critical,digitalSignature,keyEncipherment". */
  readonly keyUsage?: string;
  /** Such as "clientAuth,serverAuth", or dotted object identifiers. */
  readonly extendedKeyUsage?: string;
  readonly challengePassword?: string;
  /** Further lines for the extension section of OpenSSL's configuration. */
  readonly moreExtensions?: readonly string[];
}

export interface RequestFiles {
  /** PKCS #1 PEM, which scepclient 2.1.0 needs. */
  readonly keyFile: string;
  /** PKCS #10 PEM. */
  readonly requestFile: string;
}

/**
 * Makes a signing request, `<name>.csr` in `directory`, for the key in `existingKeyFile` or for a
 * new RSA-2048 key, `<name>.key`.
 */
export async function makeRequest(
  directory: string,
  name: string,
  contents: RequestContents,
  existingKeyFile?: string,
): Promise<RequestFiles> {
  const keyFile = existingKeyFile ?? path.join(directory, `${name}.key`);
  const requestFile = path.join(directory, `${name}.csr`);
  const config = path.join(directory, `${name}.cnf`);
  writeFileSync(config, requestConfig(contents));
  if (existingKeyFile === undefined) {
    await runOrThrow('openssl', ['genrsa', '-traditional', '-out', keyFile, '2048']);
  }
  await runOrThrow('openssl', [
    ...['req', '-new', '-sha256', '-utf8', '-config', config],
    ...['-key', keyFile, '-out', requestFile],
  ]);
  return { keyFile, requestFile };
}

function requestConfig(contents: RequestContents): string {
  const extensions = [
    ['subjectAltName', contents.subjectAltName],
    ['keyUsage', contents.keyUsage],
    ['extendedKeyUsage', contents.extendedKeyUsage],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}`]));
  const extensionLines = [...extensions, ...(contents.moreExtensions ?? [])];
  const challenge = contents.challengePassword;
  return [
    '[req]',
    'prompt = no',
    'distinguished_name = name',
    ...(extensionLines.length > 0 ? ['req_extensions = extensions'] : []),
    ...(challenge === undefined ? [] : ['attributes = attributes']),
    '[name]',
    // Not by -subj: openssl would then ignore the attributes in this file.
    ...contents.subject
      .split('/')
      .slice(1)
      .map((attribute, i) => `${i}.${attribute.replace('=', ' = ')}`),
    '[extensions]',
    ...extensionLines,
    '[attributes]',
    ...(challenge === undefined ? [] : [`challengePassword = ${challenge}`]),
    '',
  ].join('\n');
}

/**
 * Verifies the chain of a PEM certificate up to `trustAnchorFile` with OpenSSL's strict checks of
 * RFC 5280. Returns OpenSSL's own text, which ends in "OK" on success, so that a failed assertion
 * shows the reason.
 */
export async function verifyChain(
  certificateFile: string,
  trustAnchorFile: string,
  intermediatesFile?: string,
): Promise<string> {
  const intermediates = intermediatesFile === undefined ? [] : ['-untrusted', intermediatesFile];
  const { stdout, stderr } = await runCommand('openssl', [
    ...['verify', '-x509_strict', '-CAfile', trustAnchorFile],
    ...intermediates,
    certificateFile,
  ]);
  return (stdout + stderr).trim();
}

/** OpenSSL's text of a certificate, with the subject in RFC 2253 form: "CN=device-1,O=Lab,C=US". */
export async function certificateText(certificateFile: string): Promise<string> {
  const { stdout } = await runOrThrow('openssl', [
    ...['x509', '-in', certificateFile, '-noout', '-text', '-nameopt', 'RFC2253'],
  ]);
  return stdout;
}

/**
 * The values of one extension as OpenSSL prints them, such as ["TLS Web Client Authentication"];
 * empty when the extension is absent.
 */
export async function extensionValues(
  certificateFile: string,
  extension: 'subjectAltName' | 'keyUsage' | 'extendedKeyUsage' | 'basicConstraints',
): Promise<readonly string[]> {
  const { stdout } = await runOrThrow('openssl', [
    ...['x509', '-in', certificateFile, '-noout', '-ext', extension],
  ]);
  const [, values = ''] = stdout.trim().split('\n');
  return values.trim() === '' ? [] : values.split(',').map((value) => value.trim());
}

/** The subject in RFC 2253 form: "CN=device-1,O=Lab,C=US". */
export async function certificateSubject(certificateFile: string): Promise<string> {
  const { stdout } = await runOrThrow('openssl', [
    ...['x509', '-in', certificateFile, '-noout', '-subject', '-nameopt', 'RFC2253'],
  ]);
  return stdout.trim().replace(/^subject=/, '');
}

/** The serial number in upper-case hexadecimal. */
export async function certificateSerial(certificateFile: string): Promise<string> {
  const { stdout } = await runOrThrow('openssl', [
    ...['x509', '-in', certificateFile, '-noout', '-serial'],
  ]);
  return stdout.trim().replace(/^serial=/, '');
}
