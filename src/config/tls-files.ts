import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { readTextFile } from './read-text-file.ts';
import { UsageError } from './usage-error.ts';

export interface TlsFiles {
  /** PEM: the server's certificate first, then those between it and a root. */
  readonly certFile: string;
  /** PEM: its private key, without a passphrase. */
  readonly keyFile: string;
}

/** Options for `https.createServer` and `setSecureContext`. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: 'TLSv1.2';
}

/**
 * Reads a certificate with its key and checks that they belong together and can serve TLS.
 * @throws UsageError that names the file at fault, never what it holds
 */
export async function loadTlsFiles({ certFile, keyFile }: TlsFiles): Promise<TlsIdentity> {
  const [cert, key] = await Promise.all([readTextFile(certFile), readTextFile(keyFile)]);
  const certificate = parseCertificate(cert, certFile);
  if (!certificate.checkPrivateKey(parseKey(key, keyFile))) {
    throw new UsageError(`the key in ${keyFile} is not that of the certificate in ${certFile}`);
  }
  const identity: TlsIdentity = { cert, key, minVersion: 'TLSv1.2' };
  try {
    createSecureContext(identity);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${certFile} and ${keyFile} cannot serve TLS (${code})`);
  }
  return identity;
}

function parseCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new UsageError(`${file} does not begin with a certificate in PEM`);
  }
}

function parseKey(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new UsageError(
      pem.includes('ENCRYPTED')
        ? `the key in ${file} needs a passphrase; store it without one, readable by the server alone`
        : `${file} does not hold a private key in PEM`,
    );
  }
}
