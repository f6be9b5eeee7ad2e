import { DecodeError } from '../../asn1/decode-error.ts';
import { decodePem } from '../../asn1/pem.ts';
import { parseSignedData } from '../../cms/parse-signed-data.ts';
import { UsageError } from '../../config/usage-error.ts';
import { isIssuedBy } from '../../x509/is-issued-by.ts';
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts';
import { readInput } from '../terminal/files.ts';

/**
 * The certificates of a file: PEM or DER, of certificates or of a PKCS #7 (.p7b).
 * @throws UsageError when it holds none
 */
export async function readCertificateFile(file: string): Promise<readonly Certificate[]> {
  const octets = await readInput(file);
  const text = octets.toString('latin1');
  const readers = [
    () => decodePem('CERTIFICATE', text).map(parseCertificate),
    () => decodePem('PKCS7', text).flatMap(certificatesOfPkcs7),
    () => [parseCertificate(octets)],
    () => certificatesOfPkcs7(octets),
  ];
  for (const read of readers) {
    const certificates = withoutDecodeError(read);
    if (certificates.length > 0) return certificates;
  }
  throw new UsageError(`${file} holds no certificate in PEM, DER or PKCS #7`);
}

function certificatesOfPkcs7(der: Uint8Array): readonly Certificate[] {
  return parseSignedData(der).certificates.map(parseCertificate);
}

function withoutDecodeError(read: () => readonly Certificate[]): readonly Certificate[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}

/**
 * Puts certificates in the order of a chain, from the one that issued none of the others up. Files
 * and PKCS #7 may have any order. What belongs to no chain stays at the end, for the CA to refuse.
 */
export function inOrderOfChain(certificates: readonly Certificate[]): readonly Certificate[] {
  const isIssuer = (each: Certificate) =>
    certificates.some((other) => other !== each && isIssuedBy(other, each));
  const ordered: Certificate[] = [];
  let next = certificates.find((each) => !isIssuer(each));
  while (next !== undefined) {
    const last = next;
    ordered.push(last);
    next = certificates.find((each) => !ordered.includes(each) && isIssuedBy(last, each));
  }
  return [...ordered, ...certificates.filter((each) => !ordered.includes(each))];
}
