import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { DecodeError } from '../asn1/decode-error.ts';
import { equalBytes } from '../asn1/equal-bytes.ts';
import { readInput } from '../cli/terminal/enrol-files.ts';
import { openPkcs12 } from '../cms/open-pkcs12.ts';
import { Pkcs12Error } from '../cms/pkcs12-error.ts';
import { UsageError } from '../config/usage-error.ts';
import type { ForeignAuthority } from '../private-ca/import-authority.ts';
import { isIssuedBy } from '../x509/is-issued-by.ts';
import { type Certificate, parseCertificate } from '../x509/parse-certificate.ts';
import { importPublicKey } from '../x509/public-key.ts';

/**
 * The key of a PKCS #12 file, the certificate that belongs to it, and those above that, among the others and `more`.
 * @throws UsageError in one line that says what to do
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
      throw new UsageError(`${file} is no PKCS #12 file that is read here: ${error.message}`);
    }
    throw error;
  }
}

function keyOf(der: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  } catch {
    // OpenSSL's words must not end up quoting the key.
    throw new DecodeError('its private key is malformed');
  }
}

/** Of several for the key, as after a renewal, the one that ends last. */
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

/** A certificate above may have a key that this program does not do, which is none of its own. */
function isKey(publicKey: KeyObject, subjectPublicKeyInfo: Uint8Array): boolean {
  try {
    return importPublicKey(subjectPublicKeyInfo).equals(publicKey);
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

/** From the issuer upwards. What does not stand above the certificate is left out. */
function chainOf(certificate: Certificate, others: readonly Certificate[]): Certificate[] {
  const issuer = others.find((each) => isIssuedBy(certificate, each));
  if (issuer === undefined || isIssuedBy(certificate, certificate)) return [];
  return [issuer, ...chainOf(issuer, withoutKeyOf(certificate, others))];
}

/** So that certificates which sign each other come to an end. */
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
      return `. Write it anew: ${rewriting(file, '')}`;
    case 'rewritableByLegacy':
      return `. Write it anew: ${rewriting(file, ' -legacy')}`;
    case 'otherContents':
      return '';
  }
}

/** By way of a file whose key openssl encrypts, so that the key is never on the disk as it is. */
function rewriting(file: string, legacy: string): string {
  return `openssl pkcs12${legacy} -in ${file} -out ca.pem && openssl pkcs12 -export -in ca.pem -out new.p12`;
}
