import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { runOpenssl } from '../clients/run-openssl.ts';

export interface TlsTestFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** SHA-256 of the certificate, as `fingerprint256` of a peer's certificate. */
  readonly fingerprint: string;
}

/**
 * A self-signed TLS certificate for these hosts with its P-256 key, as `<name>.pem` and
 * `<name>.key`.
 */
export function makeTlsFiles(
  directory: string,
  name = 'tls',
  hosts: readonly string[] = ['127.0.0.1', 'localhost'],
): TlsTestFiles {
  const certFile = path.join(directory, `${name}.pem`);
  const keyFile = path.join(directory, `${name}.key`);
  const names = hosts.map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`);
  runOpenssl([
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', `/CN=${name}`],
    ...(names.length > 0 ? ['-addext', `subjectAltName=${names.join()}`] : []),
    ...['-days', '2', '-keyout', keyFile, '-out', certFile],
  ]);
  const cert = readFileSync(certFile, 'utf8');
  const { fingerprint256 } = new X509Certificate(cert);
  return {
    certFile,
    keyFile,
    cert,
    key: readFileSync(keyFile, 'utf8'),
    fingerprint: fingerprint256,
  };
}
