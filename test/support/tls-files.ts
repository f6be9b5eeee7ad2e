import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runOpenssl } from './run-openssl.ts';

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

/** A self-signed TLS certificate for 127.0.0.1 and localhost with its P-256 key, as `<name>.pem` and `<name>.key`. */
export function makeTlsFiles(directory: string, name = 'tls'): TlsTestFiles {
  const certFile = path.join(directory, `${name}.pem`);
  const keyFile = path.join(directory, `${name}.key`);
  runOpenssl([
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
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
