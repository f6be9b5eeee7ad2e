import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { equalBytes } from '../asn1/equal-bytes.ts';
import { readInput } from '../cli/terminal/files.ts';
import { openPkcs12 } from '../cms/open-pkcs12.ts';
import { Pkcs12Error } from '../cms/pkcs12-error.ts';
import { UsageError } from '../config/usage-error.ts';
import type { ForeignAuthority } from '../private-ca/import-authority.ts';
import { isIssuedBy } from '../x509/is-issued-by.ts';
import { type Certificate, parseCertificate } from '../x509/parse-certificate.ts';
import { importPublicKey } from '../x509/public-key.ts';

/**
 * Reads a CA from a PKCS #12 file: the private key, its certificate, and the certificate's chain,
 * which may also come from `more`.
 * @throws UsageError, one line that says what to do
 */
export async function readPkcs12Authority(
  file: string,
  passphrase: string,
  more: readonly Certificate[],
): Promise<Pick<ForeignAuthority, 'privateKey' | 'certificate' | 'chain'>> {
  const bytes = await readInput(file);
  try {
    const opened = openPkcs12(bytes, passphrase);
    const privateKey = keyOf(opened.privateKey);
    const certificates = opened.certificates.map(parseCertificate);
    const certificate = certificateOf(privateKey, certificates);
    return { privateKey, certificate, chain: chainOf(certificate, [...certificates, ...more]) };
  } catch (error) {
    if (error instanceof Pkcs12Error) {
      throw new UsageError(`${file}: ${error.message}${remedy(error, file)}`);
    }
    if (error instanceof DecodeError) {
      throw new UsageError(`${file} is not a supported PKCS #12 file: ${error.message}`);
    }
    throw error;
  }
}

function keyOf(der: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  } catch {
    // OpenSSL's message is dropped: it must not quote the key.
    throw new DecodeError('its private key is malformed');
  }
}

/** Of several certificates for the key, as after a renewal, the one that ends last. */
function certificateOf(privateKey: KeyObject, certificates: readonly Certificate[]): Certificate {
  const publicKey = createPublicKey(privateKey);
  const [certificate] = certificates
    .filter(({ subjectPublicKeyInfo }) => isKey(publicKey, subjectPublicKeyInfo))
    .sort((a, b) => b.notAfter.getTime() - a.notAfter.getTime());
  if (certificate === undefined) {
    throw new Pkcs12Error('otherContents', 'it holds no certificate for its private key');
  }
  return certificate;
}

/** False for a key that this program does not support: the CA's chain may contain one. */
function isKey(publicKey: KeyObject, subjectPublicKeyInfo: Uint8Array): boolean {
  try {
    return importPublicKey(subjectPublicKeyInfo).equals(publicKey);
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

/** The issuers from the certificate's own up to the root; other certificates are left out. */
function chainOf(certificate: Certificate, others: readonly Certificate[]): Certificate[] {
  const issuer = others.find((each) => isIssuedBy(certificate, each));
  if (issuer === undefined || isIssuedBy(certificate, certificate)) return [];
  return [issuer, ...chainOf(issuer, withoutKeyOf(certificate, others))];
}

/** Removes used keys, so that certificates which sign each other do not form an endless chain. */
function withoutKeyOf(
  { subjectPublicKeyInfo }: Certificate,
  certificates: readonly Certificate[],
): readonly Certificate[] {
  return certificates.filter(
    (each) => !equalBytes(each.subjectPublicKeyInfo, subjectPublicKeyInfo),
  );
}

function remedy({ refusal }: Pkcs12Error, file: string): string {
  switch (refusal) {
    case 'wrongPassphrase':
      return ' (--passphrase-file)';
    case 'rewritable':
      return `. Convert it: ${conversion(file, '')}`;
    case 'rewritableByLegacy':
      return `. Convert it: ${conversion(file, ' -legacy')}`;
    case 'otherContents':
      return '';
  }
}

/** The intermediate PEM file holds the key encrypted, so it is never on the disk in clear. */
function conversion(file: string, legacy: string): string {
  return `openssl pkcs12${legacy} -in ${file} -out ca.pem && openssl pkcs12 -export -in ca.pem -out new.p12`;
}
